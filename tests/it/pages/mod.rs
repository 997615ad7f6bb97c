//! Pages over the real server, made from real systems.

mod admin;
mod deciding;
mod desk;
mod drafts;
mod dry_runs;
mod finding;
mod incidents;
mod outside;
mod passed_on;
mod preferences;
mod removals;
mod reviews;
mod separations;
mod talk;
mod views;
