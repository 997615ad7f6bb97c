//! Every test that needs more than one pure function, in one binary.

mod connectors;
mod flow;
mod accounts;
mod house;
mod left_out;
mod preview;
mod supply_chain;
mod support;
