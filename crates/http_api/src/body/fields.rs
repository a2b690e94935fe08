//! From JSON to the types of the handlers.

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, Expected, IntoDeserializer as _, MapAccess, SeqAccess, Unexpected, Visitor},
    forward_to_deserialize_any,
};
use std::fmt::Display;

use domain::Quoted;

use super::json::Json;

/// What is wrong with a body, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The pointer's segments, from the inside out.
    path: Vec<String>,
    pub detail: String,
}

impl Fault {
    fn new(detail: impl Into<String>) -> Self {
        Self { path: Vec::new(), detail: detail.into() }
    }

    fn inside(mut self, segment: &str) -> Self {
        let segment = Quoted::from(segment).text().replace('~', "~0").replace('/', "~1");
        self.path.push(format!("/{segment}"));
        self
    }

    /// The JSON pointer of the field. Only of a field that does not exist the name can be long or hold what cannot be
    /// seen; it is repeated as in a message.
    pub fn pointer(&self) -> String {
        self.path.iter().rev().map(String::as_str).collect()
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    /// Not reached: [`Given`] compares kinds before it hands a value on.
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value is of another kind than it should be")
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let fields = expected.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let fields = if fields.is_empty() { "none".to_owned() } else { fields };
        Self::new(format!("there is no field {}; expected {fields}", Quoted::from(field)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the field `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("the field `{field}` is given more than once"))
    }
}

/// A value of the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a>(pub &'a Json);

impl Given<'_> {
    fn expected(self, what: &str) -> Fault {
        Fault::new(format!("{} is given; expected {what}", self.0))
    }
}

impl<'de> Deserializer<'de> for Given<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Whole(value) => visitor.visit_i64(*value),
            Json::Number(_) => Err(self.expected("another value")),
            Json::Text(value) => visitor.visit_str(value),
            Json::List(_) => self.deserialize_seq(visitor),
            Json::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Json::Bool(value) = self.0 else { return Err(self.expected("true or false")) };
        visitor.visit_bool(*value)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Json::Whole(value) = self.0 else { return Err(self.expected("a whole number, such as 50")) };
        visitor.visit_i64(*value)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Json::Text(value) = self.0 else { return Err(self.expected("a text, such as \"abc\"")) };
        visitor.visit_str(value)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    /// What can be left out cannot be `null`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Json::List(values) = self.0 else { return Err(self.expected("a list, [ … ]")) };
        visitor.visit_seq(Values { values: values.iter().enumerate() })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Json::Object(fields) = self.0 else { return Err(self.expected("an object, { … }")) };
        visitor.visit_map(Fields { fields: fields.iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct
        enum identifier ignored_any
    }
}

struct Values<'a> {
    values: std::iter::Enumerate<std::slice::Iter<'a, Json>>,
}

impl<'de> SeqAccess<'de> for Values<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((i, value)) = self.values.next() else { return Ok(None) };
        seed.deserialize(Given(value)).map(Some).map_err(|fault| fault.inside(&i.to_string()))
    }
}

struct Fields<'a> {
    fields: std::slice::Iter<'a, (String, Json)>,
    /// The field whose name was read last.
    value: Option<&'a (String, Json)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.value = self.fields.next();
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(name.as_str().into_deserializer()).map(Some).map_err(|fault: Fault| fault.inside(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.value else { return Err(Fault::new("a field has no value")) };
        seed.deserialize(Given(value)).map_err(|fault| fault.inside(name))
    }
}
