//! Chapter 10: how good a model is.

pub mod code_pair;
pub mod frechet_distance;
pub mod inception_score;
pub mod many_images;
pub mod sample_scores;
pub mod traversal;
