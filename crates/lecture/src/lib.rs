//! The lecture's mathematics in `f64`, one idea a file, by the chapter that introduces it.
//!
//! - [`distributions`] (chapter 2) <- [`latents`] (4) and [`tools`] (5) <- [`bound`] (6) <- [`gradients`] (7), [`loss`] (8);
//! - [`autoencoders`] (3) and [`quality`] (10) stand beside them;
//! - [`errata`] (11) computes what the decks print against what is right, with all of the above.
//!
//! Knows of no model, no training and no browser.
//!
//! # Conventions, stated once
//!
//! Every information quantity is in **nats**. A scale is carried as `log_sigma` where it is learned. Terms are returned per
//! image and are summed or averaged only at the edge, where the name says which.

pub mod autoencoders;
pub mod bound;
pub mod distributions;
pub mod errata;
pub mod gradients;
pub mod latents;
pub mod loss;
pub mod quality;
pub mod tools;
