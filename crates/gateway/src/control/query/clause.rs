//! Queries by their names, and those that are made of others.

use serde_json::{Map, Value};
use tributary_domain::{Condition, Refusal};

use super::leaf::ids;
use super::reader::{QueryReader, object, only, refused, single};

/// The most levels of queries in one another.
const MAXIMUM_DEPTH: usize = 20;
/// The most queries in a query.
const MAXIMUM_CLAUSES: usize = 1_000;
/// The queries that are served.
const SERVED: &str =
    "bool, constant_score, exists, ids, match, match_all, match_none, match_phrase, range, term, terms";
impl QueryReader {
    pub(super) fn clause(&mut self, query: &Value, depth: usize) -> Result<Condition, Refusal> {
        let (name, body) = single(query, "a query")?;
        self.clauses += 1;
        if depth > MAXIMUM_DEPTH {
            return Err(refused(format!("queries can be nested at most [{MAXIMUM_DEPTH}] levels deep")));
        }
        if self.clauses > MAXIMUM_CLAUSES {
            return Err(refused(format!("a query can have at most [{MAXIMUM_CLAUSES}] clauses")));
        }
        match name {
            "match_all" => Ok(Condition::all([])),
            "match_none" => Ok(Condition::Either(Vec::new())),
            "bool" => self.boolean(object(body, name)?, depth),
            "constant_score" => self.constant_score(object(body, name)?, depth),
            "term" => self.term(object(body, name)?, name, "value"),
            "match" | "match_phrase" => self.term(object(body, name)?, name, "query"),
            "terms" => self.terms(object(body, name)?),
            "ids" => ids(object(body, name)?),
            "exists" => self.exists(object(body, name)?),
            "range" => self.range(object(body, name)?),
            other => Err(refused(format!(
                "query [{other}] is not served on control indices, served are [{SERVED}]"
            ))),
        }
    }

    fn boolean(&mut self, body: &Map<String, Value>, depth: usize) -> Result<Condition, Refusal> {
        let known = ["must", "filter", "must_not", "should", "minimum_should_match", "boost", "_name"];
        only(body, "bool", &known)?;
        let mut all = self.clauses_of(body, "must", depth)?;
        all.extend(self.clauses_of(body, "filter", depth)?);
        let should = self.clauses_of(body, "should", depth)?;
        let is_optional = !all.is_empty();
        let excluded = self.clauses_of(body, "must_not", depth)?;
        all.extend(excluded.into_iter().map(Condition::negated));
        match required(body, should.len(), is_optional)? {
            0 => {}
            1 => all.push(Condition::Either(should)),
            count if count == should.len() => all.extend(should),
            count if count > should.len() => all.push(Condition::Either(Vec::new())),
            count => {
                return Err(refused(format!(
                    "[minimum_should_match] of [{count}] of [{}] is not served on control indices, only one or all",
                    should.len()
                )));
            }
        }
        Ok(Condition::all(all))
    }

    fn constant_score(&mut self, body: &Map<String, Value>, depth: usize) -> Result<Condition, Refusal> {
        only(body, "constant_score", &["filter", "boost", "_name"])?;
        let filter =
            body.get("filter").ok_or_else(|| refused("[constant_score] requires a [filter]".to_owned()))?;
        self.clause(filter, depth + 1)
    }

    /// The queries under a name: a list, or a single one.
    fn clauses_of(
        &mut self,
        body: &Map<String, Value>,
        name: &str,
        depth: usize,
    ) -> Result<Vec<Condition>, Refusal> {
        match body.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(queries)) => {
                queries.iter().map(|query| self.clause(query, depth + 1)).collect()
            }
            Some(query) => Ok(vec![self.clause(query, depth + 1)?]),
        }
    }
}

/// How many of the `should` queries have to match. Without other queries it is one at least.
fn required(body: &Map<String, Value>, count: usize, is_optional: bool) -> Result<usize, Refusal> {
    let least = usize::from(count > 0 && !is_optional);
    let Some(given) = body.get("minimum_should_match") else { return Ok(least) };
    let number = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
    let number = number.ok_or_else(|| {
        refused(format!(
            "[minimum_should_match] must be a whole number on control indices, but was [{given}]"
        ))
    })?;
    // A negative number is how many may be missing.
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let required = if number < 0 { count.saturating_add(number).max(0) } else { number };
    if count == 0 && !is_optional {
        return Ok(0);
    }
    Ok(usize::try_from(required).unwrap_or(usize::MAX).max(least))
}
