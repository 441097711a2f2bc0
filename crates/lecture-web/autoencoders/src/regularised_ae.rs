//! Figure 3.3, `regularised-ae`: five ways to restrain an autoencoder, trained in pieces between two frames.

use elbo_lecture::autoencoders::autoencoder_penalties::PenaltyKind;
use elbo_lecture::autoencoders::autoencoder_training::{AutoencoderTraining, Restraint};
use elbo_lecture::autoencoders::corruption::Corruption;
use elbo_lecture::autoencoders::drawn_digit::SIDE;
use elbo_lecture::autoencoders::pooled_digit::{POOLED_PIXELS, pooled};
use elbo_numerics::error::{Error, within_limit};
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Units of every code but the undercomplete one: more than the picture has pixels.
const WIDE: usize = 192;
/// Digits kept out of training: one of them is shown, all of them are measured.
const HELD_OUT: usize = 100;
/// Units whose weights are drawn.
const FILTERS: usize = 24;
/// A unit above this is at work.
const ACTIVE: f64 = 0.1;

/// The controls.
#[derive(Debug, Clone, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RegularisedAeControls {
    /// `undercomplete`, `overcomplete`, `sparse`, `masking`, `gaussian` or `contractive`.
    pub kind: String,
    /// Units of the undercomplete code.
    pub code: usize,
    /// Weight of the sparse or the contractive penalty.
    pub strength: f64,
    /// Probability with which masking sets a pixel to 0.
    pub masking: f64,
    /// Standard deviation of Gaussian noise.
    pub noise: f64,
    /// What is done to the digit that is shown: `none`, `masking` or `gaussian`.
    pub corruption: String,
    /// Which of the digits kept out of training is shown.
    pub digit: usize,
    /// Gradient steps wanted.
    pub steps: usize,
    /// Seed of weights, batches and noise.
    pub seed: u64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RegularisedAe {
    /// Every number shown.
    pub values: RegularisedAeValues,
    /// The digit, 12 by 12 grey levels.
    pub input: Vec<f64>,
    /// What the encoder sees of it.
    pub seen: Vec<f64>,
    /// Its code.
    pub units: Vec<f64>,
    /// What comes out.
    pub rebuilt: Vec<f64>,
    /// Weights of the first units, each scaled to [0, 1] with 1/2 for 0, 12 by 12.
    pub filters: Vec<f64>,
    /// How many units have their weights in `filters`.
    pub filter_count: usize,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RegularisedAeValues {
    /// Gradient steps taken.
    pub step: usize,
    /// Pixels of a picture.
    pub pixels: usize,
    /// Units of the code.
    pub code_size: usize,
    /// `|x - x_hat|^2` of the digit shown, from the input as the encoder sees it.
    pub error: f64,
    /// The penalty of the chosen kind at the digit shown, its weight included; absent where the loss is the error alone.
    pub penalty: Option<f64>,
    /// `|dh/dx|_F^2` at the digit shown.
    pub jacobian: f64,
    /// Units above 0.1 in the code shown.
    pub active_units: usize,
    /// Mean squared error over digits kept out of training, from clean inputs; absent while training.
    #[tsify(type = "Estimate | null")]
    pub clean: Option<Estimate>,
    /// The same from inputs that are masked.
    #[tsify(type = "Estimate | null")]
    pub masked: Option<Estimate>,
    /// The same from inputs with Gaussian noise.
    #[tsify(type = "Estimate | null")]
    pub noisy: Option<Estimate>,
    /// Share of the units above 0.1 over the same digits.
    #[tsify(type = "Estimate | null")]
    pub active: Option<Estimate>,
    /// Slope of the L1 penalty along a random direction of all weights: gradient against finite difference.
    #[tsify(type = "Check")]
    pub sparse_gradient: Check,
    /// The same for the contractive penalty.
    #[tsify(type = "Check")]
    pub contractive_gradient: Check,
    /// The same for the squared error from the masked digit.
    #[tsify(type = "Check")]
    pub masking_gradient: Check,
    /// The same for the squared error from the digit with Gaussian noise.
    #[tsify(type = "Check")]
    pub gaussian_gradient: Check,
    /// `|dh/dx|_F^2` by its formula against finite differences in the input.
    #[tsify(type = "Check")]
    pub contractive_value: Check,
}

/// One autoencoder in training.
#[wasm_bindgen]
pub struct RegularisedAutoencoder {
    training: AutoencoderTraining,
    held_out: Vec<f64>,
    /// What was measured last, and on what: another digit must not measure again.
    measured: Option<(MeasuredOn, Measured)>,
}

/// Steps, masking probability, standard deviation of the noise, seed.
type MeasuredOn = (usize, f64, f64, u64);

/// Errors from clean, masked and noisy inputs, and the share of units at work, over the digits kept out of training.
#[derive(Debug, Clone, Copy)]
struct Measured {
    clean: Estimate,
    masked: Estimate,
    noisy: Estimate,
    active: Estimate,
}

#[wasm_bindgen]
impl RegularisedAutoencoder {
    /// A new one: `images` are digits of 28 by 28 one after the other; the first 100 are kept out of training.
    ///
    /// # Errors
    /// Fewer than 101 images; controls out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(images: &[f32], controls: Ts<RegularisedAeControls>) -> std::result::Result<Self, JsError> {
        Ok(Self::start(images, &controls.to_rust()?)?)
    }

    /// Steps taken.
    pub fn step(&self) -> usize {
        self.training.step()
    }

    /// One gradient step.
    pub fn advance(&mut self) {
        self.training.advance();
    }

    /// What is to be seen now. The digits kept out are measured only when training has arrived at the steps wanted.
    ///
    /// # Errors
    /// Controls out of range.
    pub fn show(&mut self, controls: Ts<RegularisedAeControls>) -> std::result::Result<Ts<RegularisedAe>, JsError> {
        Ok(self.shown(&controls.to_rust()?)?.into_ts()?)
    }
}

impl RegularisedAutoencoder {
    fn start(images: &[f32], controls: &RegularisedAeControls) -> Result<Self> {
        // A hundred at a time: all of them in f64 would take 13 MB, which WebAssembly's memory never gives back.
        let mut small = Vec::new();
        for part in images.chunks(100 * SIDE * SIDE) {
            let part: Vec<f64> = part.iter().map(|&pixel| f64::from(pixel)).collect();
            small.extend(pooled(&part)?);
        }
        let Some((held_out, train)) = small.split_at_checked(HELD_OUT * POOLED_PIXELS) else {
            let found = small.len() / POOLED_PIXELS;
            return Err(Error::TooFew { name: "digits".into(), found, needed: HELD_OUT + 1 });
        };
        let restraint = match controls.kind.as_str() {
            "undercomplete" | "overcomplete" => Restraint::None,
            "sparse" => Restraint::Sparse(controls.strength),
            "contractive" => Restraint::Contractive(controls.strength),
            name => Restraint::Denoising(corruption(name, controls)?),
        };
        let units = if controls.kind == "undercomplete" { controls.code } else { WIDE };
        let training = AutoencoderTraining::new(train, POOLED_PIXELS, units, restraint, controls.seed)?;
        Ok(Self { training, held_out: held_out.to_vec(), measured: None })
    }

    fn shown(&mut self, controls: &RegularisedAeControls) -> Result<RegularisedAe> {
        within_limit("the digit's number", controls.digit + 1, HELD_OUT)?;
        let measured = self.measure(controls)?;
        let encoder = self.training.encoder();
        let input = &self.held_out[controls.digit * POOLED_PIXELS..(controls.digit + 1) * POOLED_PIXELS];
        let spoil = |name: &str| corruption(name, controls)?.spoilt(input, controls.seed);
        let seen = spoil(&controls.corruption)?;
        let units = encoder.encode(&seen)?;
        let rebuilt = encoder.reconstruct(&seen)?;
        let contraction = encoder.jacobian_check(input)?;
        let value = |kind: &PenaltyKind| encoder.penalty(input, kind).map(|penalty| penalty.value);
        let strength = controls.strength;
        let (sparse, contractive) = (PenaltyKind::Sparse { strength }, PenaltyKind::Contractive { strength });
        let slope = |kind: &PenaltyKind| encoder.slope_check(input, kind, controls.seed);
        let denoising = |name: &str| Ok(PenaltyKind::Denoising { corrupted: spoil(name)? });
        let filter_count = units.len().min(FILTERS);
        Ok(RegularisedAe {
            values: RegularisedAeValues {
                step: self.training.step(),
                pixels: POOLED_PIXELS,
                code_size: units.len(),
                error: squared_distance(input, &rebuilt),
                penalty: match controls.kind.as_str() {
                    "sparse" => Some(value(&sparse)?),
                    "contractive" => Some(value(&contractive)?),
                    _ => None,
                },
                jacobian: contraction.left,
                active_units: units.iter().filter(|&&unit| unit > ACTIVE).count(),
                clean: measured.map(|measured| measured.clean),
                masked: measured.map(|measured| measured.masked),
                noisy: measured.map(|measured| measured.noisy),
                active: measured.map(|measured| measured.active),
                sparse_gradient: slope(&sparse)?,
                contractive_gradient: slope(&contractive)?,
                masking_gradient: slope(&denoising("masking")?)?,
                gaussian_gradient: slope(&denoising("gaussian")?)?,
                contractive_value: contraction,
            },
            input: input.to_vec(),
            seen,
            filters: self.training.filters(filter_count),
            units,
            rebuilt,
            filter_count,
        })
    }

    /// Nothing while training is on its way.
    fn measure(&mut self, controls: &RegularisedAeControls) -> Result<Option<Measured>> {
        let on = (self.training.step(), controls.masking, controls.noise, controls.seed);
        if on.0 != controls.steps {
            return Ok(None);
        }
        if let Some((before, measured)) = self.measured
            && before == on
        {
            return Ok(Some(measured));
        }
        let error = |name: &str| self.training.error_on(&self.held_out, corruption(name, controls)?, controls.seed);
        let (clean, masked, noisy) = (error("none")?, error("masking")?, error("gaussian")?);
        let active = self.training.active_share(&self.held_out, ACTIVE)?;
        let measured = Measured { clean, masked, noisy, active };
        self.measured = Some((on, measured));
        Ok(Some(measured))
    }
}

fn corruption(name: &str, controls: &RegularisedAeControls) -> Result<Corruption> {
    match name {
        "none" => Ok(Corruption::None),
        "masking" => Corruption::Masking(controls.masking).check(),
        "gaussian" => Corruption::Gaussian(controls.noise).check(),
        _ => Err(Error::UnknownName {
            name: "kind of autoencoder or of corruption".into(),
            found: name.into(),
            choices: "undercomplete, overcomplete, sparse, masking, gaussian, contractive; none".into(),
        }),
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}
