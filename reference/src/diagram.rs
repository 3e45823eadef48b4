//! Diagrams of state machines.

use std::fmt::Write as _;

use layout::backends::svg::SVGWriter;
use layout::gv::{DotParser, GraphBuilder};
use tributary_domain::Enumeration;

/// An SVG of the steps between the values of an enumeration.
///
/// # Panics
/// Never for the words of enumerations, which are names in the language of graphs.
pub(crate) fn of<T: Enumeration>(successors: fn(T) -> &'static [T]) -> String {
    let mut graph = String::from("digraph steps {\n  node [shape=box]\n");
    for from in T::ALL {
        let name: &'static str = (*from).into();
        let _ = writeln!(graph, "  {name} [label=\"{name}\"]");
        for to in successors(*from) {
            let to: &'static str = (*to).into();
            let _ = writeln!(graph, "  {name} -> {to}");
        }
    }
    graph.push_str("}\n");
    let parsed = DotParser::new(&graph).process().expect("the graph is written as it has to be");
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&parsed);
    let mut picture = SVGWriter::new();
    builder.get().do_it(false, false, false, &mut picture);
    readable(&picture.finalize())
}

/// The picture with a ground of its own, for pages that are dark, in the type of the pages, and at most
/// as wide as they are.
fn readable(picture: &str) -> String {
    let style = "</style>";
    let ground = format!("{style}\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>");
    picture.replacen(style, &ground, 1).replace("Times, serif", "system-ui, sans-serif")
}
