//! The rows of an export, a page at a time.

use domain::{
    User,
    effective::effective_skills,
    export::{Row, begin, write_row, writer},
    team::Teams,
};

use crate::ExportError;

/// The rows of these users as a part of the file; the first part has its beginning.
pub(crate) fn rows<'a>(
    users: impl Iterator<Item = &'a User>,
    teams: &Teams,
    for_import: bool,
    is_first: bool,
) -> Result<Vec<u8>, ExportError> {
    let mut csv = if is_first { begin(Vec::new(), for_import)? } else { writer(Vec::new()) };
    for user in users {
        write_row(&mut csv, &Row::new(user, teams, &effective_skills(user, teams.values())), for_import)?;
    }
    Ok(csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}
