//! Every test that needs more than one pure function, in one binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod accounts;
mod api;
mod cases;
mod causes;
mod connectors;
mod deliveries;
mod demo;
mod docs;
mod flow;
mod house;
mod languages;
mod left_out;
mod masked;
mod pages;
mod preview;
mod serve;
mod store;
mod supply_chain;
mod support;
