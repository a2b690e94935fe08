//! `application/x-www-form-urlencoded`, read by hand: an independent reading for the oracles.

/// A part's name and value as bytes; no value if the part has no `=`.
pub type Part = (Vec<u8>, Option<Vec<u8>>);

/// The parts between `&`, in their order, empty ones included. None of them if the form is empty.
#[must_use]
pub fn parts(form: &[u8]) -> Vec<Part> {
    if form.is_empty() {
        return Vec::new();
    }
    form.split(|byte| *byte == b'&').map(part).collect()
}

fn part(part: &[u8]) -> Part {
    let mut sides = part.splitn(2, |byte| *byte == b'=');
    (decode(sides.next().unwrap_or_default()), sides.next().map(decode))
}

/// `+` is a space, and `%` before two hexadecimal digits a byte.
fn decode(mut encoded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((&first, rest)) = encoded.split_first() {
        let digits = rest.get(..2).and_then(|digits| Some(hex(digits[0])? * 16 + hex(digits[1])?));
        let (byte, taken) = match (first, digits) {
            (b'%', Some(byte)) => (byte, 3),
            (b'+', _) => (b' ', 1),
            (other, _) => (other, 1),
        };
        bytes.push(byte);
        encoded = &encoded[taken..];
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
