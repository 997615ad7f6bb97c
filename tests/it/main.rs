//! Every test that is not a unit test, in one binary.

mod preview;
