//! Pages over the real server, made from real systems.

mod admin;
mod desk;
mod incidents;
mod drafts;
mod dry_runs;
