//! What every operation costs in calls and capacity units, through the functions' own handlers.

mod asking;
mod changing;
mod export;
mod finding;
mod hearing;
mod managing;
mod scan;

use std::pin::Pin;

use domain::UserId;
use store::Directory;

use crate::{
    Fallible,
    cost::Cost,
    meter::Meter,
    report::Report,
    stand::{Stand, directory_at},
};

pub use finding::{OneWord, same_at_every_size};

/// What was done, and what it cost. On the heap: a function's handler is a large future.
type Measured<'s, T> = Pin<Box<dyn Future<Output = Fallible<(T, Cost)>> + 's>>;

/// Measures one directory.
#[derive(Debug)]
pub struct Gauge<'a> {
    report: &'a Report,
    stand: &'a Stand,
    meter: Meter,
    directory: Directory,
    /// An account owner, who asks.
    caller: UserId,
}

impl<'a> Gauge<'a> {
    /// Puts a meter before this directory.
    pub async fn of(report: &'a Report, stand: &'a Stand) -> Fallible<Self> {
        let meter = Meter::start(stand.dynamo.url()).await?;
        let directory = directory_at(meter.url());
        let caller = stand.crowd.people.first().ok_or("a directory of nobody")?.user_id;
        Ok(Self { report, stand, meter, directory, caller })
    }

    /// Prints what everything costs; gives the pages of a search for one word, to be compared.
    pub async fn everything(&self) -> Fallible<Vec<OneWord>> {
        let words = self.finding().await?;
        self.scanning().await?;
        self.asking().await?;
        self.changing().await?;
        self.hearing().await?;
        self.managing().await?;
        self.exporting().await?;
        Ok(words)
    }

    /// What this costs.
    fn cost_of<'s, T: 's>(&'s self, work: impl Future<Output = Fallible<T>> + 's) -> Measured<'s, T> {
        Box::pin(async {
            self.meter.take();
            let done = work.await?;
            Ok((done, Cost::of(&self.meter.take())))
        })
    }

    /// Prints what this costs.
    fn print<'s, T: 's>(&'s self, what: &'s str, work: impl Future<Output = Fallible<T>> + 's) -> Measured<'s, T> {
        Box::pin(async move {
            let (done, cost) = self.cost_of(work).await?;
            self.report.cost(what, &cost);
            Ok((done, cost))
        })
    }
}
