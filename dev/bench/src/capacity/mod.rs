//! What every operation costs in calls and capacity units, through the functions' own handlers.

mod admin;
mod callbacks;
mod edits;
mod export;
mod reads;
mod scan;
mod search;

use std::pin::Pin;

use domain::UserId;
use store::Directory;

use crate::{
    Fallible,
    cost::Cost,
    cost_meter::Meter,
    fixture::{Fixture, directory_at},
    report::Report,
};

pub use search::{OneWord, same_at_every_size};

/// What was done, and what it cost. On the heap: a function's handler is a large future.
type Measured<'s, T> = Pin<Box<dyn Future<Output = Fallible<(T, Cost)>> + 's>>;

/// Measures one directory.
#[derive(Debug)]
pub struct CostMeter<'a> {
    report: &'a Report,
    fixture: &'a Fixture,
    meter: Meter,
    directory: Directory,
    /// An account owner, who asks.
    caller: UserId,
}

impl<'a> CostMeter<'a> {
    /// Puts a meter before this directory.
    pub async fn of(report: &'a Report, fixture: &'a Fixture) -> Fallible<Self> {
        let meter = Meter::start(fixture.dynamo.url()).await?;
        let directory = directory_at(meter.url());
        let caller = fixture.crowd.people.first().ok_or("a directory of nobody")?.user_id;
        Ok(Self { report, fixture, meter, directory, caller })
    }

    /// Prints what everything costs; gives the pages of a search for one word, to be compared.
    pub async fn everything(&self) -> Fallible<Vec<OneWord>> {
        let words = self.search().await?;
        self.scanning().await?;
        self.reads().await?;
        self.edits().await?;
        self.callbacks().await?;
        self.admin().await?;
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
