//! A page as a list of parts: prose, commands and their answers.

use std::fs;
use std::path::PathBuf;

/// A page of the repository.
pub struct Page {
    path: PathBuf,
    pub parts: Vec<Part>,
}

/// A part of a page, with its fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Prose(String),
    Block { language: String, text: String },
}

impl Page {
    /// Reads a page; the path is relative to the repository's root.
    pub fn read(path: &str) -> Self {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, parts: parts(&text) }
    }

    pub fn write(&self) {
        fs::write(&self.path, self.parts.iter().map(Part::text).collect::<String>()).unwrap();
    }

    /// The commands, each with the positions of its answers. A `console` block is for reading only: it is not run, and
    /// what follows it is no answer.
    pub fn commands(&self) -> Vec<(usize, Vec<usize>)> {
        let mut commands: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut is_run = false;
        for (position, part) in self.parts.iter().enumerate() {
            let Part::Block { language, .. } = part else { continue };
            match language.as_str() {
                "sh" => commands.push((position, Vec::new())),
                "console" => {}
                _ if is_run => commands.last_mut().unwrap().1.push(position),
                _ => continue,
            }
            is_run = language != "console";
        }
        commands
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Prose(text) => text.clone(),
            Self::Block { language, text } => format!("```{language}\n{text}```\n"),
        }
    }
}

fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut lines) = (Vec::new(), text.split_inclusive('\n'));
    let mut prose = String::new();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            prose.push_str(line);
            continue;
        };
        parts.push(Part::Prose(std::mem::take(&mut prose)));
        let text = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
        parts.push(Part::Block { language: language.trim().to_owned(), text });
    }
    parts.push(Part::Prose(prose));
    parts
}

#[test]
fn a_page_is_written_as_it_was_read() {
    let text = "a\n```sh\nb\n```\n\n```json\n{}\n```\n```console\nc\n```\n```text\nd\n```\n";
    let page = Page { path: PathBuf::new(), parts: parts(text) };
    assert_eq!(page.parts.iter().map(Part::text).collect::<String>(), text);
    assert_eq!(page.commands(), [(1, vec![3])]);
}
