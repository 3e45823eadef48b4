//! Reads nested objects as nothing but objects: by itself a structure is also read from an array of its
//! fields' values, which no client means.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

struct OfObject<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OfObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = OfObject<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OfObject)
            }
        }
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// A field that is an object.
pub(crate) fn one<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    OfObject::deserialize(deserializer).map(|object| object.0)
}

/// A field that is an object, or null.
pub(crate) fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<OfObject<T>>::deserialize(deserializer)?.map(|object| object.0))
}

/// A field that is an array of objects.
pub(crate) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Vec::<OfObject<T>>::deserialize(deserializer)?.into_iter().map(|object| object.0).collect())
}

/// A field that is an array of objects, or null.
pub(crate) fn optional_list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Vec<OfObject<T>>>::deserialize(deserializer)?;
    Ok(list.map(|list| list.into_iter().map(|object| object.0).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[serde(rename = "a")]
        _a: u32,
    }

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(deserialize_with = "one")]
        _one: Inner,
        #[serde(default, deserialize_with = "optional")]
        _optional: Option<Inner>,
        #[serde(default, deserialize_with = "list")]
        _list: Vec<Inner>,
        #[serde(default, deserialize_with = "optional_list")]
        _optional_list: Option<Vec<Inner>>,
    }

    #[test]
    fn an_array_is_no_object() {
        for (text, is_read) in [
            (r#"{"_one":{"a":1}}"#, true),
            (r#"{"_one":{"a":1},"_optional":null,"_list":[{"a":1}],"_optional_list":null}"#, true),
            (r#"{"_one":[1]}"#, false),
            (r#"{"_one":{"a":1},"_optional":[1]}"#, false),
            (r#"{"_one":{"a":1},"_list":[[1]]}"#, false),
            (r#"{"_one":{"a":1},"_optional_list":[[1]]}"#, false),
        ] {
            assert_eq!(serde_json::from_str::<Outer>(text).is_ok(), is_read, "{text}");
        }
    }
}
