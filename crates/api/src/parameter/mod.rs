//! Query strings: how parameters are declared, decoded and checked.

mod arguments;
mod cursor;
mod date_range;
mod declaration;
mod every_endpoint;
mod position;
mod query_string;

pub use arguments::Arguments;
pub(crate) use arguments::MAXIMUM_WINDOW;
pub(crate) use cursor::{CURSOR, Cursor, CursorScope};
pub use declaration::{Parameter, ParameterKind};
pub use every_endpoint::COMMON_PARAMETERS;
pub(crate) use every_endpoint::{ERROR_TRACE, FILTER_PATH, FORMAT, HUMAN, JSON, PRETTY};
pub(crate) use position::{position, position_text};
pub(crate) use query_string::{decode, pairs};
