//! JSON taken apart without judging what is in it: each value is the piece of the text that it stands in.
//!
//! A parser that makes values of everything fails as a whole at half a surrogate pair, at a number beyond a double and at
//! deep nesting. Here only the grammar of JSON is checked, at any depth, and the reader of a field reads its value. What
//! is not touched stays as it is, character for character: [`Raw::span_in`] tells where a piece stands.
//!
//! `serde_json` does the parsing; its `RawValue` checks the grammar and converts nothing.

use std::{fmt, ops::Range};

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A JSON value as it is written, without the white space around it. Printed without its text (rule 32).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

/// The fields of an object in the order in which they stand; a key may stand there more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<'a>(Vec<Field<'a>>);

/// A field of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The key with its quotes.
    pub key: Raw<'a>,
    pub value: Raw<'a>,
}

/// What a JSON string says. It may hold half a surrogate pair, which no Unicode text can. Printed without its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(
    /// WTF-8: UTF-8 in which half a surrogate pair is encoded like any other code point, in three bytes.
    Vec<u8>,
);

impl<'a> Raw<'a> {
    /// The value that a text is, with or without a byte order mark. None if the text is not JSON.
    #[must_use]
    pub fn parse(json: &'a str) -> Option<Self> {
        let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
        serde_json::from_str::<&RawValue>(json).ok().map(Self::from)
    }

    /// The value as it is written.
    #[must_use]
    pub const fn get(self) -> &'a str {
        self.0
    }

    /// Where the value stands in the text that it was parsed from, in bytes. None for another text.
    #[must_use]
    pub fn span_in(self, json: &str) -> Option<Range<usize>> {
        let start = self.0.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
        let span = start..start + self.0.len();
        (span.end <= json.len()).then_some(span)
    }

    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    #[must_use]
    pub fn is_number(self) -> bool {
        self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// None if the value is not `true` or `false`.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        self.0.parse().ok()
    }

    /// None if the value is not an object.
    #[must_use]
    pub fn object(self) -> Option<Object<'a>> {
        serde_json::from_str(self.0).ok()
    }

    /// None if the value is not an array.
    #[must_use]
    pub fn array(self) -> Option<Vec<Self>> {
        let elements = serde_json::from_str::<Vec<&RawValue>>(self.0).ok()?;
        Some(elements.into_iter().map(Self::from).collect())
    }

    /// None if the value is not a string.
    #[must_use]
    pub fn text(self) -> Option<Text> {
        serde_json::Deserializer::from_str(self.0).deserialize_byte_buf(TextVisitor).ok()
    }
}

impl<'a> From<&'a RawValue> for Raw<'a> {
    fn from(value: &'a RawValue) -> Self {
        Self(value.get())
    }
}

impl<'a> Object<'a> {
    /// The value of a field; of several with the same key the last one counts, as for `JSON.parse`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Raw<'a>> {
        self.0.iter().rev().find(|field| field.has_key(key)).map(|field| field.value)
    }

    #[must_use]
    pub fn fields(&self) -> &[Field<'a>] {
        &self.0
    }
}

impl Field<'_> {
    /// Whether this is the key, however it is escaped.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.key.text().is_some_and(|text| text.0 == key.as_bytes())
    }
}

impl Text {
    /// None if it holds half a surrogate pair.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// With U+FFFD for each half of a surrogate pair.
    #[must_use]
    pub fn lossy(&self) -> String {
        self.with_surrogates(|_| char::REPLACEMENT_CHARACTER.to_string())
    }

    /// With `\ud800` for each half of a surrogate pair: in a text that is JSON itself this says the same.
    #[must_use]
    pub fn json_escaped(&self) -> String {
        self.with_surrogates(|unit| format!("\\u{unit:04x}"))
    }

    fn with_surrogates(&self, replacement: impl Fn(u16) -> String) -> String {
        let (mut text, mut rest) = (String::with_capacity(self.0.len()), &self.0[..]);
        while let Some(chunk) = rest.utf8_chunks().next() {
            text.push_str(chunk.valid());
            rest = &rest[chunk.valid().len()..];
            if let [0xed, second, third, ..] = *rest {
                text.push_str(&replacement(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f)));
                rest = &rest[3..];
            }
        }
        text
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            fields.push(Field { key: key.into(), value: value.into() });
        }
        Ok(Object(fields))
    }
}

/// `serde_json` gives a string as bytes where no text could hold it.
struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(bytes.to_owned()))
    }
}
