//! Latin letters with a stroke, hook or the like, and ligatures, as ASCII letters (rule 6).
//!
//! Unicode takes none of these apart. The table follows its names for them, in lower case: LATIN SMALL LETTER L WITH
//! STROKE is an `l`, LATIN SMALL LETTER AE is `ae`, a SMALL CAPITAL is its letter; besides, as is usual for names, eth is
//! `d`, thorn `th`, eng `n`, and the dotless `ı` and `ȷ` are `i` and `j`. Letters of which no ASCII letter is a part,
//! such as schwa and open o, stay. A crate for this transliterates all scripts, with a table a hundred times as long.

/// ASCII letters, and the letters that become them.
const LETTERS: &[(&str, &str)] = &[
    ("a", "ᴀᶏⱥ"),
    ("aa", "ꜳ"),
    ("ae", "æᴁ"),
    ("ao", "ꜵ"),
    ("au", "ꜷ"),
    ("av", "ꜹꜻ"),
    ("ay", "ꜽ"),
    ("b", "ƀƃɓʙᴃᵬᶀꞗ"),
    ("c", "ƈȼɕᴄꞓꞔ𝼝"),
    ("d", "ðđƌȡɖɗᴅᴆᵭᶁᶑꟈ"),
    ("db", "ȸ"),
    ("dz", "ʣʥꭦ"),
    ("e", "ɇᴇᶒⱸꬳꬴ"),
    ("f", "ƒᵮᶂꜰꞙ"),
    ("g", "ǥɠɡɢʛᶃꞡ"),
    ("h", "ħɦʜⱨꞕ"),
    ("hv", "ƕ"),
    ("i", "ıɨɪᵻᶖ𝼚"),
    ("j", "ȷɉɟʄʝᴊ"),
    ("k", "ƙᴋᶄⱪꝁꝃꝅꞣ"),
    ("l", "łƚȴɫɬɭʟᴌᶅⱡꝉꞎꬷꬸꬹ𝼄𝼑𝼓"),
    ("ll", "ỻ"),
    ("ls", "ʪ"),
    ("lz", "ʫ"),
    ("m", "ɱᴍᵯᶆꬺ"),
    ("n", "ŋƞȵɲɳɴᵰᶇꞑꞥꬻ"),
    ("o", "øɵᴏⱺꝋꝍꟁꬾ𝼛"),
    ("oe", "œɶ"),
    ("oo", "ꝏ"),
    ("ou", "ȣ"),
    ("p", "ƥᴘᵱᵽᶈꝑꝓꝕ"),
    ("q", "ɋʠꝗꝙꞯ"),
    ("qp", "ȹ"),
    ("r", "ɍɼɽɾʀᵲᵳᶉꞧꭆꭉ𝼖"),
    ("s", "ȿʂᵴᶊẜẝꜱꞩꟊ𝼞"),
    ("t", "ŧƫƭȶʈᴛᵵⱦ𝼉"),
    ("tc", "ʨ"),
    ("th", "þᵺꝥꝧ"),
    ("ts", "ʦꭧ"),
    ("tz", "ꜩ"),
    ("u", "ʉᴜᵾᶙꞹꭎꭒ"),
    ("ue", "ᵫ"),
    ("ui", "ꭐ"),
    ("uo", "ꭣ"),
    ("v", "ʋᴠᶌⱱⱴꝟ"),
    ("vy", "ꝡ"),
    ("w", "ᴡⱳ"),
    ("x", "ᶍꭖꭗꭘꭙ"),
    ("y", "ƴɏʏỿꭚ"),
    ("z", "ƶȥɀʐʑᴢᵶᶎⱬ"),
];

/// What the letter becomes; none if it stays. Takes a letter that is taken apart (NFKD) and without case.
pub(super) fn ascii(letter: char) -> Option<&'static str> {
    LETTERS.iter().find(|(_, letters)| letters.contains(letter)).map(|(ascii, _)| *ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use unicode_script::{Script, UnicodeScript as _};

    #[test]
    fn the_table_has_each_latin_letter_once_and_gives_ascii_letters() {
        let mut seen = BTreeSet::new();
        for (ascii, letters) in LETTERS {
            assert!(ascii.chars().all(|c| c.is_ascii_lowercase()), "{ascii}");
            for letter in letters.chars() {
                assert!(letter.script() == Script::Latin && !letter.is_ascii(), "{letter}");
                assert!(seen.insert(letter), "{letter} is there twice");
            }
        }
    }
}
