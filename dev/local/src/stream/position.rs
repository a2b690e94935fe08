//! The stored position of a mapping in its stream.

use std::io;
use std::path::PathBuf;

/// A file with the sequence number of the last handled record.
#[derive(Debug, Clone)]
pub(crate) struct Position(PathBuf);

impl Position {
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// `None` before the first record.
    pub fn load(&self) -> io::Result<Option<String>> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn store(&self, sequence_number: &str) -> io::Result<()> {
        // Renamed into place, so that a crash while writing keeps the old position.
        let unfinished = self.0.with_extension("new");
        std::fs::write(&unfinished, sequence_number)?;
        std::fs::rename(&unfinished, &self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_position_is_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let position = Position::at(directory.path().join("Index"));
        assert_eq!(position.load().unwrap(), None);
        position.store("100000000000000000001").unwrap();
        position.store("100000000000000000002").unwrap();
        assert_eq!(position.load().unwrap().as_deref(), Some("100000000000000000002"));
    }
}
