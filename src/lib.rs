//! Referee finds conflicts between connected systems and brings them to a person.
pub mod app;
pub mod clock;
pub mod config;
pub mod connectors;
pub mod demo;
pub mod domain;
pub mod engine;
pub mod faults;
pub mod store;
pub mod web;
