//! The interface for programs: JSON under `/api/v1`.

pub mod approvals;
pub mod audit;
pub mod body;
pub mod bulk;
pub mod causes;
pub mod conflicts;
pub mod decision;
pub mod dry_runs;
pub mod explanations;
pub mod failed;
pub mod filter;
pub mod incidents;
pub mod listing;
pub mod me;
pub mod openapi;
mod operations;
pub mod policies;
pub mod records;
pub mod resolutions;
pub mod reversals;
pub mod reviews;
pub mod routing;
pub mod separations;
pub mod systems;
pub mod values;
