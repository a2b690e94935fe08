//! The rows of an export, a page at a time.

use domain::{
    User,
    effective::effective_skills,
    export::{Row, begin, write_row, writer},
    team::Teams,
};

use crate::ExportError;

/// How the file begins.
pub(crate) struct Beginning {
    pub(crate) for_import: bool,
}

/// The rows of these users as a part of the file; the first part has its beginning.
pub(crate) fn rows<'a>(
    users: impl Iterator<Item = &'a User>,
    teams: &Teams,
    beginning: Option<Beginning>,
) -> Result<Vec<u8>, ExportError> {
    let mut csv = match beginning {
        Some(Beginning { for_import }) => begin(Vec::new(), for_import)?,
        None => writer(Vec::new()),
    };
    for user in users {
        write_row(&mut csv, &Row::new(user, teams, &effective_skills(user, teams.values())))?;
    }
    Ok(csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}
