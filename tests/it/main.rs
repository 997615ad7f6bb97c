//! Every test that needs more than one pure function, in one binary.

mod connectors;
mod flow;
mod house;
mod left_out;
mod supply_chain;
mod support;
//! Every test that is not a unit test, in one binary.

mod preview;
