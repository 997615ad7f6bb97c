//! Every test that needs more than one pure function, in one binary.

mod flow;
mod house;
mod left_out;
mod supply_chain;
mod connectors;
mod support;
