//! The endpoint of what has to be known to reach a source.

use crate::connector_change::{add, put_all, refusals, show};
use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![scenario!("connector.update_configuration", configuration)]
}

/// What a worker announces when it starts: the required host has no value yet.
const ANNOUNCED: &str = r#"{"configuration":{
  "host":{"label":"Host","type":"str","display":"textbox","order":1,"required":true,"value":""},
  "port":{"label":"Port","type":"int","display":"numeric","order":2,"default_value":5432,"value":null,
    "validations":[{"type":"greater_than","constraint":0},{"type":"less_than","constraint":65536}],"tooltip":null},
  "tables":{"label":"Tables","type":"list","display":"textarea","order":3,"default_value":"*","value":"*"},
  "mode":{"label":"Mode","type":"str","display":"dropdown","order":4,"value":"fast","ui_restrictions":["advanced"],
    "options":[{"label":"Fast","value":"fast"},{"label":"Safe","value":"safe"}]},
  "tls":{"label":"TLS","type":"bool","display":"toggle","order":5,"value":false,"category":"security"},
  "certificate":{"label":"Certificate","type":"str","display":"textarea","order":6,"required":true,"sensitive":true,
    "placeholder":"PEM","depends_on":[{"field":"tls","value":true}],"value":"",
    "validations":[{"type":"regex","constraint":"^-----BEGIN"}]}}}"#;

async fn configuration(session: &mut Session) {
    add(session, "c", r#""status":"created""#).await;
    put_all(session, "c", "_configuration", &[ANNOUNCED, ANNOUNCED]).await;
    let right = [
        r#"{"values":{"host":"db.example.org","port":"5433","tables":"orders, users","mode":"safe"}}"#,
        r#"{"values":{"host":"db.example.org"}}"#,
        r#"{"values":{"tables":["orders"],"port":5434,"tls":true}}"#,
        r#"{"values":{"certificate":"-----BEGIN CERTIFICATE-----"}}"#,
        r#"{"values":{"tls":false,"certificate":""}}"#,
    ];
    put_all(session, "c", "_configuration", &right).await;
    let doubtful_values = [
        r#"{"values":{"host":""}}"#,
        r#"{"values":{"host":7,"port":"five","tables":5,"tls":"yes"}}"#,
        r#"{"values":{"port":70000}}"#,
        r#"{"values":{"port":0}}"#,
        r#"{"values":{"mode":"slow"}}"#,
        r#"{"values":{"tls":true,"certificate":"secret"}}"#,
        r#"{"values":{"tls":true,"certificate":null}}"#,
    ];
    put_all(session, "c", "_configuration", &doubtful_values).await;
    put_all(session, "c", "_configuration?dry_run", &doubtful_values[1..3]).await;
    let wrong_values = [r#"{"values":{"user":"u","password":"p","port":1}}"#, r#"{"values":[]}"#];
    put_all(session, "c", "_configuration", &wrong_values).await;
    put_all(session, "c", "_configuration?dry_run=true", &wrong_values).await;
    session.call("PUT", "/_connector/c/_configuration?dry_run=maybe", r#"{"values":{}}"#).await;
    session.call("PUT", "/_connector/nobody/_configuration?dry_run", r#"{"values":{}}"#).await;
    let field =
        |properties: &str| format!(r#"{{"configuration":{{"port":{{"label":"Port",{properties}}}}}}}"#);
    let doubtful_fields = [
        r#"{"configuration":{"port":{"value":1}}}"#.to_owned(),
        field(r#""type":"int""#),
        field(r#""value":1,"display_value":"1","order":"2","required":"true""#),
        field(r#""value":null,"required":true,"tooltip":null,"depends_on":null"#),
        field(r#""value":1,"validations":[{"type":"less_than","constraint":"many"}]"#),
        field(r#""value":1,"validations":[{"type":"regex","constraint":"("}]"#),
        field(r#""value":1,"depends_on":[{"field":"tls"}]"#),
        field(r#""value":"five","type":"int","default_value":"six""#),
        field(r#""value":70000,"validations":[{"type":"less_than","constraint":65536}]"#),
        field(r#""value":"false","type":"bool""#),
    ];
    let doubtful_fields: Vec<&str> = doubtful_fields.iter().map(String::as_str).collect();
    put_all(session, "c", "_configuration", &doubtful_fields).await;
    let many: Vec<String> =
        (0..15).map(|number| format!(r#""f{number}":{{"type":"int","value":"x"}}"#)).collect();
    let many = format!(r#"{{"configuration":{{{}}}}}"#, many.join(","));
    put_all(session, "c", "_configuration", &[&many]).await;
    let wrong_fields = [
        "{}".to_owned(),
        r#"{"configuration":null}"#.to_owned(),
        r#"{"configuration":{},"values":{}}"#.to_owned(),
        r#"{"configuration":[]}"#.to_owned(),
        r#"{"configuration":{"port":5432}}"#.to_owned(),
        field(r#""value":1,"type":"float""#),
        field(r#""value":1,"display":"slider""#),
        field(r#""value":1,"validations":[{"type":"between","constraint":[1,2]}]"#),
        field(r#""value":1,"required":"yes""#),
    ];
    let wrong_fields: Vec<&str> = wrong_fields.iter().map(String::as_str).collect();
    put_all(session, "c", "_configuration", &wrong_fields).await;
    add(session, "kept", r#""configuration":{"a":{"value":1,"note":1.10},"b":[1e400]}"#).await;
    session.call("PUT", "/_connector/kept/_configuration", r#"{"values":{"a":"\u00e9"}}"#).await;
    show(session, "kept").await;
    refusals(session, "_configuration", r#"{"values":{}}"#).await;
}
