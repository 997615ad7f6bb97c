//! Every test that needs more than one pure function, in one binary.

mod accounts;
mod connectors;
mod flow;
mod house;
mod left_out;
mod preview;
mod supply_chain;
mod support;
