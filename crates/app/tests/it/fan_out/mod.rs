//! Fan-out against a real table.

mod any_order;
mod company;
mod schedule;
mod steps;
