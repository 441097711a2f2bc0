//! What the lecture's WebAssembly modules share. Each group of chapters is a crate beside this one and a module of its own, so
//! that a reader fetches only what the chapter at hand computes.
//!
//! # The pattern
//!
//! A figure `some-thing` has a file `some_thing.rs` with two structs and one function. `SomeThingControls` names the controls
//! as the contract does. `SomeThing` holds what is shown: `values` (every number, the contract's `values`) and the curves
//! to draw. The function `someThing` takes the one and returns the other through [`answer`]; its errors are the messages of
//! [`elbo_numerics::Error`], thrown as a JavaScript `Error`. The mathematics itself is in `elbo_lecture`: these files only
//! choose and sample it.
//!
//! TypeScript's types are written by `tsify`, field documentation included. `Check` and `Estimate`, which belong to
//! `elbo_numerics`, are declared by hand below; a field of such a type says `#[tsify(type = "Check")]`.

use serde::{Serialize, de::DeserializeOwned};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

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
pub fn answer<Controls, Shown>(
    controls: Ts<Controls>,
    compute: impl FnOnce(Controls) -> elbo_numerics::Result<Shown>,
) -> Result<Ts<Shown>, JsError>
where
    Controls: Tsify<JsType: Clone> + DeserializeOwned,
    Shown: Tsify + Serialize,
{
    Ok(compute(controls.to_rust()?)?.into_ts()?)
}
