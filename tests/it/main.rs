//! Every test that needs more than one pure function, in one binary.

mod connectors;
mod support;
