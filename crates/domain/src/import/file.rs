//! The format of a file: read as its bytes come, without keeping more than a row.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::{Column, FileFault};
use crate::export::{VERSION_LINE, VERSION_PREFIX};

/// The most bytes of a file.
pub const MAX_FILE_BYTES: u64 = 20_000_000;

/// The most cells of a row: some more than there are columns.
pub(super) const MAX_CELLS: usize = 64;

/// The most bytes of a row: more than 25 teams and hundreds of skills have.
pub(super) const MAX_ROW_BYTES: usize = 64 * 1024;

/// The most rows with a user each.
pub(super) const MAX_ROWS: u64 = 200_000;

/// In which the head ends: two rows, and blank lines before them.
const MAX_HEAD_BYTES: usize = 4 * MAX_ROW_BYTES;

/// The separators that are tried: of RFC 4180, of spreadsheets where the decimal separator is a comma, of texts.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// What was found out about a file, which the requester is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    pub separator: char,
    /// Whether its first line states the version of the format.
    pub has_version: bool,
    /// With a user each.
    pub rows: u64,
}

/// A row that has something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the first one is 1.
    pub number: u64,
    /// As they stand there.
    pub cells: Vec<String>,
}

/// A file that is being read.
#[derive(Debug, Default)]
pub struct File {
    /// What was read before the head is complete.
    begun: Vec<u8>,
    head: Option<Head>,
}

#[derive(Debug)]
struct Head {
    columns: Vec<Column>,
    /// The headings as they stand there.
    headings: Vec<String>,
    /// The number of its last row.
    ends_at: u64,
    facts: FileFacts,
    records: Records,
}

impl File {
    /// The rows that these bytes, the next ones, complete.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, FileFault> {
        if let Some(head) = &mut self.head {
            return head.push(bytes);
        }
        self.begun.extend_from_slice(bytes);
        if self.begun.len() > MAX_HEAD_BYTES && begin(&self.begun, false)?.is_none() {
            return Err(FileFault::RowTooLong(1));
        }
        match begin(&self.begun, false)? {
            None => Ok(Vec::new()),
            Some(head) => self.go_on(head),
        }
    }

    /// The last rows, at the end of the file.
    pub fn finish(&mut self) -> Result<Vec<Row>, FileFault> {
        let mut rows = Vec::new();
        if self.head.is_none() {
            let head = begin(&self.begun, true)?.ok_or(FileFault::Empty)?;
            rows = self.go_on(head)?;
        }
        if let Some(head) = &mut self.head {
            rows.extend(head.finish()?);
        }
        Ok(rows)
    }

    /// The columns in their order; none before the head was read.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.head.as_ref().map_or(&[], |head| &head.columns)
    }

    /// Their headings as they stand there.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        self.head.as_ref().map_or(&[], |head| &head.headings)
    }

    /// What is known so far; none before the head was read.
    #[must_use]
    pub fn facts(&self) -> Option<&FileFacts> {
        self.head.as_ref().map(|head| &head.facts)
    }

    fn go_on(&mut self, head: Head) -> Result<Vec<Row>, FileFault> {
        let begun = std::mem::take(&mut self.begun);
        self.head.insert(head).push(&begun)
    }
}

impl Head {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, FileFault> {
        let rows = self.records.push(bytes)?;
        self.rows(rows)
    }

    fn finish(&mut self) -> Result<Vec<Row>, FileFault> {
        let rows = self.records.finish()?;
        self.rows(rows)
    }

    /// Without the head, and rows of blank cells only.
    fn rows(&mut self, records: Vec<Row>) -> Result<Vec<Row>, FileFault> {
        let mut rows = records;
        rows.retain(|row| row.number > self.ends_at && row.cells.iter().any(|cell| !cell.trim().is_empty()));
        self.facts.rows += rows.len() as u64;
        if self.facts.rows > MAX_ROWS { Err(FileFault::TooManyRows) } else { Ok(rows) }
    }
}

/// The head of a file that begins with these bytes; none while more of them are needed.
fn begin(bytes: &[u8], is_whole: bool) -> Result<Option<Head>, FileFault> {
    if bytes.len() < 4 && !is_whole {
        return Ok(None);
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => return Err(FileFault::Zip),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..] => return Err(FileFault::Utf16),
        _ => {}
    }
    let mut best: Result<Option<(usize, u8, Vec<Row>)>, FileFault> = Ok(None);
    for separator in SEPARATORS {
        match first_rows(separator, bytes, is_whole) {
            Ok(None) => return Ok(None),
            Ok(Some(first)) => {
                let known = first.last().map_or(0, known_columns);
                let is_better = match &best {
                    Ok(None) => true,
                    Ok(Some((most, ..))) => known > *most,
                    Err(_) => known > 0,
                };
                if is_better {
                    best = Ok(Some((known, separator, first)));
                }
            }
            // It may be the wrong separator.
            Err(fault) if matches!(best, Ok(None)) => best = Err(fault),
            Err(_) => {}
        }
    }
    let Some((_, separator, first)) = best? else { return Ok(None) };
    head(separator, &first).map(Some)
}

/// The row of the version, if there is one, and that of the headings; none while more bytes are needed.
fn first_rows(separator: u8, mut bytes: &[u8], is_whole: bool) -> Result<Option<Vec<Row>>, FileFault> {
    let mut records = Records::new(separator);
    let mut rows: Vec<Row> = Vec::new();
    let is_enough = |rows: &[Row]| rows.len() > usize::from(rows.first().is_some_and(states_version));
    while !is_enough(&rows) && !bytes.is_empty() {
        rows.extend(records.next(&mut bytes)?);
    }
    if !is_enough(&rows) {
        if !is_whole {
            return Ok(None);
        }
        rows.extend(records.finish()?);
    }
    Ok(Some(rows))
}

fn states_version(row: &Row) -> bool {
    row.cells[0].starts_with(VERSION_PREFIX)
}

fn known_columns(row: &Row) -> usize {
    row.cells.iter().filter(|cell| Column::of_heading(cell).is_some()).count()
}

fn head(separator: u8, first: &[Row]) -> Result<Head, FileFault> {
    let (version, headings) = match first {
        [version, headings] => (Some(version), headings),
        [headings] if !states_version(headings) => (None, headings),
        _ => return Err(FileFault::Empty),
    };
    if let Some(other) = version.map(|row| row.cells[0].trim()).filter(|line| *line != VERSION_LINE) {
        return Err(FileFault::OtherVersion(other.into()));
    }
    let ends_at = headings.number;
    let mut headings = headings.cells.clone();
    // A spreadsheet that has shown more columns than there are writes cells for them.
    while headings.last().is_some_and(|heading| heading.trim().is_empty()) {
        headings.pop();
    }
    let columns = headings.iter().map(|heading| Column::of_heading(heading)).collect::<Vec<_>>();
    if !columns.iter().flatten().any(|column| matches!(column, Column::UserId | Column::Identity)) {
        return Err(FileFault::OtherFile((&headings.join(", ")).into()));
    }
    if let Some(unknown) = columns.iter().position(Option::is_none) {
        return Err(FileFault::UnknownColumn((&headings[unknown]).into()));
    }
    let columns = columns.into_iter().flatten().collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    let repeated = columns.iter().find(|column| **column != Column::Fault && !seen.insert(**column));
    if let Some(repeated) = repeated {
        return Err(FileFault::RepeatedColumn(repeated.name()));
    }
    let facts = FileFacts { separator: separator.into(), has_version: version.is_some(), rows: 0 };
    Ok(Head { columns, headings, ends_at, facts, records: Records::new(separator) })
}

/// Records of CSV from bytes that come in pieces.
#[derive(Debug)]
struct Records {
    reader: csv_core::Reader,
    output: Vec<u8>,
    written: usize,
    ends: [usize; MAX_CELLS],
    ended: usize,
    /// The number of the record that is read. Blank lines, which are no records, count as a spreadsheet counts them.
    number: u64,
    /// Whether nothing of it was read yet.
    is_at_start: bool,
    /// Whether the last line ended with CR, so that LF still belongs to its end.
    is_after_cr: bool,
}

impl Records {
    fn new(separator: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Self {
            reader,
            output: vec![0; MAX_ROW_BYTES],
            written: 0,
            ends: [0; MAX_CELLS],
            ended: 0,
            number: 1,
            is_at_start: true,
            is_after_cr: false,
        }
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Row>, FileFault> {
        let mut rows = Vec::new();
        while !bytes.is_empty() {
            rows.extend(self.next(&mut bytes)?);
        }
        Ok(rows)
    }

    fn finish(&mut self) -> Result<Vec<Row>, FileFault> {
        if self.is_at_start {
            return Ok(Vec::new());
        }
        // One more line end closes the last record; only within quotation marks it is text.
        let written = self.written;
        let row = self.next(&mut &b"\n"[..])?;
        if row.is_none() && self.written > written {
            return Err(FileFault::OpenQuote(self.number));
        }
        Ok(row.into_iter().collect())
    }

    /// Reads on to the end of a record, and leaves the bytes behind it.
    fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Row>, FileFault> {
        use csv_core::ReadRecordResult::{End, InputEmpty, OutputEndsFull, OutputFull, Record};
        if self.is_at_start
            && let Some((&end @ (b'\r' | b'\n'), rest)) = bytes.split_first()
        {
            if end == b'\r' || !self.is_after_cr {
                self.number += 1;
            }
            (self.is_after_cr, *bytes) = (end == b'\r', rest);
            return Ok(None);
        }
        (self.is_at_start, self.is_after_cr) = (false, false);
        let (output, ends) = (&mut self.output[self.written..], &mut self.ends[self.ended..]);
        let (result, read, written, ended) = self.reader.read_record(bytes, output, ends);
        self.written += written;
        self.ended += ended;
        let (bytes_read, rest) = bytes.split_at(read);
        *bytes = rest;
        match result {
            InputEmpty | End => Ok(None),
            OutputFull => Err(FileFault::RowTooLong(self.number)),
            OutputEndsFull => Err(FileFault::TooManyCells(self.number)),
            Record => {
                let text = std::str::from_utf8(&self.output[..self.written]);
                let text = text.map_err(|_| FileFault::NotUtf8(self.number))?;
                let mut start = 0;
                let mut cells = Vec::with_capacity(self.ended);
                for &end in &self.ends[..self.ended] {
                    // Of a text that is UTF-8 as a whole, a cell may still not be, between two separators.
                    cells.push(text.get(start..end).ok_or(FileFault::NotUtf8(self.number))?.to_owned());
                    start = end;
                }
                let row = Row { number: self.number, cells };
                (self.written, self.ended, self.is_at_start) = (0, 0, true);
                self.is_after_cr = bytes_read.last() == Some(&b'\r');
                self.number += 1;
                Ok(Some(row))
            }
        }
    }
}
