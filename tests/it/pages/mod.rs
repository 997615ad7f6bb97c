//! Pages over the real server, made from real systems.

mod desk;
