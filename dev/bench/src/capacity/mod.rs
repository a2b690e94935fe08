//! The cost of every operation in calls and capacity units, through the handlers of the functions.

mod admin;
mod bulk;
mod callbacks;
mod carrying;
mod edits;
mod exports;
mod failed;
mod reads;
mod scan;
mod search;

use std::pin::Pin;

use domain::UserId;
use store::Directory;

use crate::{
    Fallible,
    cost::Cost,
    cost_meter::CostMeter,
    fixture::{Fixture, directory_at},
    proxy::Proxy,
    report::Report,
};

pub use search::{ComparedPage, same_at_every_size};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "capacity";

/// A result and its cost. On the heap, because the futures of handlers are large.
type Measured<'s, T> = Pin<Box<dyn Future<Output = Fallible<(T, Cost)>> + 's>>;

/// Measures one directory.
#[derive(Debug)]
pub struct CapacityBench<'a> {
    report: &'a Report,
    fixture: &'a Fixture,
    meter: Proxy<CostMeter>,
    directory: Directory,
    caller: UserId,
}

impl<'a> CapacityBench<'a> {
    pub async fn new(report: &'a Report, fixture: &'a Fixture) -> Fallible<Self> {
        let meter = Proxy::start(fixture.dynamo.url(), CostMeter::default()).await?;
        let directory = directory_at(meter.url());
        let caller = fixture.sample.users.first().ok_or("an empty directory")?.user_id;
        Ok(Self { report, fixture, meter, directory, caller })
    }

    /// Prints the cost of every operation; returns that of pages which are to be compared between sizes.
    pub async fn everything(&self) -> Fallible<Vec<ComparedPage>> {
        let mut pages = self.search().await?;
        self.scans().await?;
        pages.push(self.list_failed().await?);
        self.reads().await?;
        self.edits().await?;
        self.callbacks().await?;
        self.carrying().await?;
        self.admin().await?;
        self.exports().await?;
        self.bulk().await?;
        Ok(pages)
    }

    fn cost_of<'s, T: 's>(&'s self, work: impl Future<Output = Fallible<T>> + 's) -> Measured<'s, T> {
        Box::pin(async {
            self.meter.intercept().take();
            let done = work.await?;
            Ok((done, Cost::of(&self.meter.intercept().take())))
        })
    }

    /// Prints the cost.
    fn print<'s, T: 's>(&'s self, what: &'s str, work: impl Future<Output = Fallible<T>> + 's) -> Measured<'s, T> {
        Box::pin(async move {
            let (done, cost) = self.cost_of(work).await?;
            self.report.cost(what, &cost);
            Ok((done, cost))
        })
    }
}
