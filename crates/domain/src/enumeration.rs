//! Enumerations: closed lists of words in the API.

use std::str::FromStr;

/// A closed list of words, such as the statuses of a sync job: written in lower case, parsed case-insensitively.
pub trait Enumeration: Copy + Into<&'static str> + FromStr + 'static {
    /// Every value, in the order in which the documentation lists them.
    const ALL: &'static [Self];
    /// Their words, in the same order.
    const WORDS: &'static [&'static str];

    /// What the value means, in a sentence or two.
    fn description(self) -> &'static str;

    /// The words, joined for a message.
    fn words() -> String {
        Self::WORDS.join(", ")
    }
}

/// Declares an enumeration with parsing, formatting, JSON, and its shape for the documentation.
macro_rules! enumeration {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident),* $(,)? }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
        #[derive(strum::EnumMessage, strum::VariantNames)]
        #[strum(serialize_all = "snake_case", ascii_case_insensitive)]
        pub enum $name { $($(#[$inner])* $variant),* }

        impl $crate::Enumeration for $name {
            const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;
            const WORDS: &'static [&'static str] = <Self as strum::VariantNames>::VARIANTS;

            fn description(self) -> &'static str {
                strum::EnumMessage::get_documentation(&self).unwrap_or_default()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::enumeration::schema::<Self>()
            }
        }

        impl $crate::FieldValue for $name {
            const SHAPE: std::borrow::Cow<'static, str> = std::borrow::Cow::Borrowed(stringify!($name));
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str((*self).into())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                word.parse().map_err(|_| {
                    serde::de::Error::custom(format_args!(
                        "unknown value [{word}], expected one of [{}]",
                        <Self as $crate::Enumeration>::words()
                    ))
                })
            }
        }
    };
}
pub(crate) use enumeration;

/// The JSON Schema of an enumeration, as its values are written.
pub(crate) fn schema<T: Enumeration>() -> schemars::Schema {
    let meanings = T::ALL.iter().map(|value| format!("`{}`: {}", (*value).into(), value.description()));
    schemars::json_schema!({
        "type": "string",
        "enum": T::WORDS,
        "description": meanings.collect::<Vec<_>>().join(" "),
    })
}
