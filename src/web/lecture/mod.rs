//! The main thread's modules: one function a figure, from the figure's controls to everything that it shows. One module
//! a folder, each behind the feature of its name, so that a reader fetches only what the chapter at hand computes.
//!
//! # The pattern
//!
//! A figure `some-thing` has a file `some_thing.rs` with two structs and one function. `SomeThingControls` names the controls
//! as the contract does. `SomeThing` holds what is shown: `values` (every number, the contract's `values`) and the curves
//! to draw. The function `someThing` takes the one and returns the other through [`answer`]; its errors are the messages of
//! `stats`, thrown as a JavaScript `Error`. The mathematics itself is in `stats`: these files only choose and sample it.
//!
//! Types reach TypeScript through `tsify`, field documentation included. `Check` and `Estimate`, which belong to `stats`, are
//! declared by hand below; a field of such a type says `#[tsify(type = "Check")]`.

use serde::{Serialize, de::DeserializeOwned};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::stats;

#[cfg(feature = "lecture-autoencoders")]
pub mod autoencoders;
#[cfg(feature = "lecture-distributions")]
pub mod distributions;
#[cfg(feature = "lecture-errata")]
pub mod errata;
#[cfg(feature = "lecture-gradients")]
pub mod gradients;
#[cfg(feature = "lecture-latents")]
pub mod latents;

#[wasm_bindgen(typescript_custom_section)]
const SHARED_TYPES: &str = r#"
/** An equality computed from two sides. */
export interface Check { left: number; right: number; difference: number; tolerance: number; holds: boolean; }
/** A Monte Carlo value. */
export interface Estimate { mean: number; standardError: number; n: number; }
"#;

/// Panics reach the console with their message.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Reads the controls, computes, and hands the answer to JavaScript; any error is thrown there with its message.
///
/// # Errors
/// Controls of the wrong shape, and whatever `compute` refuses.
pub(crate) fn answer<Controls, Shown>(
    controls: Ts<Controls>,
    compute: impl FnOnce(Controls) -> stats::Result<Shown>,
) -> Result<Ts<Shown>, JsError>
where
    Controls: Tsify<JsType: Clone> + DeserializeOwned,
    Shown: Tsify + Serialize,
{
    Ok(compute(controls.to_rust()?)?.into_ts()?)
}
