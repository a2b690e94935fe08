//! JSON (RFC 8259) taken apart by hand: an independent reading for the oracles. Nesting has no limit, numbers and strings may
//! be what no double and no Unicode text can hold.

/// A value as it is written, without the white space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// None if the text, apart from a byte order mark, is not one JSON value.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let start = after_space(text.as_bytes(), 0);
        let end = value_end(text.as_bytes(), start)?;
        (after_space(text.as_bytes(), end) == text.len()).then(|| Self(&text[start..end]))
    }

    #[must_use]
    pub const fn text(self) -> &'a str {
        self.0
    }

    /// Keys and values of an object, in their order. None if it is no object.
    #[must_use]
    pub fn members(self) -> Option<Vec<(Self, Self)>> {
        let mut members = Vec::new();
        self.walk(b'{', |json, at| {
            let key = at..string_end(json.as_bytes(), at)?;
            let value = after_space(json.as_bytes(), after_space(json.as_bytes(), key.end) + 1);
            let value = value..value_end(json.as_bytes(), value)?;
            let end = value.end;
            members.push((Self(&json[key]), Self(&json[value])));
            Some(end)
        })?;
        Some(members)
    }

    /// The elements of an array, in their order. None if it is no array.
    #[must_use]
    pub fn elements(self) -> Option<Vec<Self>> {
        let mut elements = Vec::new();
        self.walk(b'[', |json, at| {
            let end = value_end(json.as_bytes(), at)?;
            elements.push(Self(&json[at..end]));
            Some(end)
        })?;
        Some(elements)
    }

    /// Calls `take` with the place of each part between the brackets; it answers where the part ends.
    fn walk(self, bracket: u8, mut take: impl FnMut(&'a str, usize) -> Option<usize>) -> Option<()> {
        let json = self.0.as_bytes();
        if json[0] != bracket {
            return None;
        }
        let mut at = after_space(json, 1);
        while at < json.len() - 1 {
            at = after_space(json, take(self.0, at)?);
            at = if json[at] == b',' { after_space(json, at + 1) } else { at };
        }
        Some(())
    }

    /// The last member with this key. None if there is none, or this is no object.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let is_key = |name: &Self| name.string().is_some_and(|units| units.iter().copied().eq(key.encode_utf16()));
        self.members()?.into_iter().rev().find(|(name, _)| is_key(name)).map(|(_, value)| value)
    }

    /// The UTF-16 of a string, which may hold half a surrogate pair. None if it is no string.
    #[must_use]
    pub fn string(self) -> Option<Vec<u16>> {
        let mut rest = self.0.strip_prefix('"')?.strip_suffix('"')?;
        let mut units = Vec::new();
        while let Some(char) = rest.chars().next() {
            rest = &rest[char.len_utf8()..];
            if char != '\\' {
                units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
                continue;
            }
            let escaped = rest.chars().next()?;
            rest = &rest[1..];
            units.push(match escaped {
                'b' => 8,
                't' => 9,
                'n' => 10,
                'f' => 12,
                'r' => 13,
                'u' => {
                    let unit = u16::from_str_radix(&rest[..4], 16).ok()?;
                    rest = &rest[4..];
                    unit
                }
                other => u16::try_from(u32::from(other)).ok()?,
            });
        }
        Some(units)
    }

    /// The string, if it is one and Unicode text can hold it.
    #[must_use]
    pub fn exact_string(self) -> Option<String> {
        String::from_utf16(&self.string()?).ok()
    }

    #[must_use]
    pub fn is_number(self) -> bool {
        self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }
}

fn after_space(json: &[u8], at: usize) -> usize {
    at + json[at..].iter().take_while(|byte| b" \t\r\n".contains(byte)).count()
}

/// Where the value ends that begins here; none if none does.
fn value_end(json: &[u8], mut at: usize) -> Option<usize> {
    let mut closing = Vec::new();
    loop {
        let first = *json.get(at)?;
        let inside = after_space(json, at + 1);
        at = match first {
            b'{' | b'[' if json.get(inside) != Some(&(first + 2)) => {
                closing.push(first + 2);
                at = if first == b'{' { key_end(json, inside)? } else { inside };
                continue;
            }
            b'{' | b'[' => inside + 1,
            b'"' => string_end(json, at)?,
            b't' => literal_end(json, at, b"true")?,
            b'f' => literal_end(json, at, b"false")?,
            b'n' => literal_end(json, at, b"null")?,
            _ => number_end(json, at)?,
        };
        // A value has ended: so may what it stands in.
        loop {
            let Some(expected) = closing.last() else { return Some(at) };
            at = after_space(json, at);
            let next = *json.get(at)?;
            if next == b',' {
                at = after_space(json, at + 1);
                at = if *expected == b'}' { key_end(json, at)? } else { at };
                break;
            }
            if next != *expected {
                return None;
            }
            closing.pop();
            at += 1;
        }
    }
}

/// Where the value of the key begins that begins here.
fn key_end(json: &[u8], at: usize) -> Option<usize> {
    let colon = after_space(json, string_end(json, at)?);
    (json.get(colon) == Some(&b':')).then(|| after_space(json, colon + 1))
}

fn string_end(json: &[u8], at: usize) -> Option<usize> {
    if json.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at += match *json.get(at)? {
            b'"' => return Some(at + 1),
            0..=0x1f => return None,
            b'\\' => match json.get(at + 1)? {
                b'u' if json.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                _ => return None,
            },
            _ => 1,
        };
    }
}

fn literal_end(json: &[u8], at: usize, literal: &[u8]) -> Option<usize> {
    json[at..].starts_with(literal).then_some(at + literal.len())
}

fn number_end(json: &[u8], at: usize) -> Option<usize> {
    let digits = |at: usize| Some(json.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let at = if json[at] == b'-' { at + 1 } else { at };
    let mut end = match digits(at)? {
        0 => return None,
        _ if json[at] == b'0' => at + 1,
        many => at + many,
    };
    if json.get(end) == Some(&b'.') {
        let many = digits(end + 1).filter(|many| *many > 0)?;
        end += 1 + many;
    }
    if let Some(b'e' | b'E') = json.get(end) {
        let sign = usize::from(matches!(json.get(end + 1), Some(b'+' | b'-')));
        let many = digits(end + 1 + sign).filter(|many| *many > 0)?;
        end += 1 + sign + many;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_told_from_what_is_none() {
        for json in ["{}", " [ ] ", "-0.5e+7", "\"\\u00e9\\/\"", "[[],{\"a\":{}},null]", "\u{feff}true", "1e999"] {
            assert!(Json::parse(json).is_some(), "{json}");
        }
        for other in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "1.",
            "\"\t\"",
            "\"\\x\"",
            "nul",
            "[}",
            "1 2",
            "+1",
            "\"\\u12\"",
        ] {
            assert!(Json::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn members_and_elements_are_pieces_of_the_text() {
        let json = Json::parse(r#" {"a" : [1, {"b":2} ] , "\u0061":"\ud800x", "c":{}} "#).unwrap();
        let members = json.members().unwrap().into_iter().map(|(key, value)| (key.0, value.0)).collect::<Vec<_>>();
        assert_eq!(members, [("\"a\"", "[1, {\"b\":2} ]"), (r#""\u0061""#, r#""\ud800x""#), ("\"c\"", "{}")]);
        assert_eq!(json.get("a").unwrap().string().unwrap(), [0xd800, 0x78]);
        assert_eq!(json.members().unwrap()[0].1.elements().unwrap()[1].0, "{\"b\":2}");
    }
}
