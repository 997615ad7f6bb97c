//! One file per noun: the page's struct, and the handlers beside it.

pub mod account;
pub mod alerts;
pub mod audit;
pub mod conflict;
pub mod decisions;
pub mod demo;
pub mod drafts;
pub mod dry_runs;
pub mod failed;
pub mod help;
pub mod home;
pub mod incidents;
pub mod parts;
pub mod policies;
pub mod preferences;
pub mod queue;
pub mod record;
pub mod records;
pub mod reviews;
pub mod samples;
pub mod settings;
pub mod sign_in;
pub mod systems;
pub mod words;
