//! Figure 8.1, `likelihoods`: Bernoulli and Gaussian decoders on one pixel and on one image.

use elbo_lecture::autoencoders::drawn_digit::{binarize, blur, drawn_digit};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::loss::likelihoods::{
    ImageLogLikelihood, bernoulli_check, bernoulli_cross_entropy, bernoulli_log_likelihood, best_sigma_x,
    gaussian_check, gaussian_log_likelihood,
};
use elbo_lecture::loss::pixel_losses::{
    bernoulli_slope, gaussian_loss, gaussian_slope, grey_mass_check, logits, sample_bernoulli, sample_gaussian,
    slope_check,
};
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::special::sigmoid;
use elbo_numerics::{Check, Error, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 161;
/// Ends of the drawn axes: pixel values, log-odds, means, and log sigma_x.
const PIXEL_AXIS: [f64; 2] = [-0.75, 1.75];
const LOGIT_AXIS: [f64; 2] = [-12.0, 12.0];
const MEAN_AXIS: [f64; 2] = [-0.5, 1.5];
const SIGMA_AXIS: [f64; 2] = [0.05, 1.0];
/// The decoder's probabilities stay this far from 0 and 1, as a trained one's do.
const MARGIN: f64 = 0.002;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LikelihoodsControls {
    /// `bernoulli` or `gaussian`: which one is drawn.
    pub likelihood: String,
    /// The observed pixel, 0 to 1.
    pub x: f64,
    /// The Bernoulli decoder's output for it, log-odds.
    pub logit: f64,
    /// The Gaussian decoder's output for it.
    pub mean: f64,
    /// Standard deviation of the Gaussian decoder's pixels.
    pub sigma_x: f64,
    /// `binary` or `grey`: the image.
    pub data: String,
    /// How blurred the decoder's image is, in pixels.
    pub blur: f64,
    /// Seed of the drawn image.
    pub seed: u64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Likelihoods {
    /// Every number shown.
    pub values: LikelihoodsValues,
    /// Pixel values at which the Gaussian's density is drawn.
    pub pixel: Vec<f64>,
    /// The density.
    pub density: Vec<f64>,
    /// The decoder's outputs at which the cost is drawn: log-odds or means.
    pub output: Vec<f64>,
    /// Cost of the observed pixel at each output, in nats.
    pub cost: Vec<f64>,
    /// Cost of a pixel that is 0, in nats.
    pub cost_of_paper: Vec<f64>,
    /// Cost of a pixel that is 1, in nats.
    pub cost_of_ink: Vec<f64>,
    /// The tangent at the output: two ends.
    pub tangent_x: Vec<f64>,
    /// The tangent's cost at its ends, in nats.
    pub tangent_y: Vec<f64>,
    /// Values of sigma_x at which the image's log-likelihood is drawn.
    pub sigma: Vec<f64>,
    /// The image's log-likelihood at each, in nats.
    pub image_curve: Vec<f64>,
    /// The image `[784]`.
    pub image: Vec<f64>,
    /// The decoder's means for it.
    pub means: Vec<f64>,
    /// The same as log-odds.
    pub logits: Vec<f64>,
    /// One image drawn from the likelihood.
    pub sample: Vec<f64>,
    /// Cost of each pixel as a share of the largest, lowest 0.
    pub cost_share: Vec<f64>,
}

/// Every number shown; logarithms in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LikelihoodsValues {
    /// The Bernoulli decoder.
    pub bernoulli: BernoulliValues,
    /// The Gaussian decoder.
    pub gaussian: GaussianValues,
    /// Cost of the dearest pixel under the one drawn, in nats.
    pub largest_pixel_cost: f64,
}

/// The Bernoulli decoder.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BernoulliValues {
    /// `p(x = 1 | z)`.
    pub probability: f64,
    /// Cross-entropy of the pixel, in nats.
    pub cross_entropy: f64,
    /// Its slope in the log-odds.
    pub slope: f64,
    /// Slope against a finite difference.
    #[tsify(type = "Check")]
    pub slope_check: Check,
    /// Cross-entropy against `-log p`; only a pixel that is 0 or 1 has one.
    #[tsify(type = "Check | null")]
    pub negative_log: Option<Check>,
    /// Mass that `exp(-cross-entropy)` gives to all grey values, closed form against quadrature: less than 1.
    #[tsify(type = "Check")]
    pub grey_mass: Check,
    /// The image's `log p(x | z)`, in nats (for a grey image, minus its cross-entropy).
    pub image: f64,
}

/// The Gaussian decoder.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GaussianValues {
    /// Cost of the pixel, in nats; can be negative.
    pub loss: f64,
    /// Its slope in the mean.
    pub slope: f64,
    /// Slope against a finite difference.
    #[tsify(type = "Check")]
    pub slope_check: Check,
    /// The image's `log p(x | z)`, in nats.
    pub image: f64,
    /// The image's log-likelihood against squared error and constant.
    #[tsify(type = "Check")]
    pub squared_error: Check,
    /// The sigma_x that fits the image best.
    pub best_sigma: f64,
    /// The image's log-likelihood there, in nats.
    pub image_at_best: f64,
    /// Slope of the image's log-likelihood there against 0, nats per unit of log sigma_x.
    #[tsify(type = "Check")]
    pub best_slope: Check,
}

/// Computes the figure.
///
/// # Errors
/// A pixel outside 0 to 1, an output that is not finite, a sigma_x that is not positive, an unknown choice.
#[wasm_bindgen(js_name = likelihoods)]
pub fn likelihoods(controls: Ts<LikelihoodsControls>) -> std::result::Result<Ts<Likelihoods>, JsError> {
    answer(controls, compute)
}

fn compute(controls: LikelihoodsControls) -> Result<Likelihoods> {
    let LikelihoodsControls { x, logit, mean, sigma_x, .. } = controls;
    let gaussian_drawn = choice("likelihood", &controls.likelihood, ["bernoulli", "gaussian"])?;
    let grey = choice("image", &controls.data, ["binary", "grey"])?;
    let image = if grey { drawn_digit() } else { binarize(&drawn_digit()) };
    let means = blur(&image, controls.blur)?;
    let logits = logits(&means, MARGIN)?;
    let bernoulli_image = bernoulli_log_likelihood(&image, &logits)?;
    let gaussian_image = gaussian_log_likelihood(&image, &means, sigma_x)?;
    let bernoulli = bernoulli_values(x, logit, bernoulli_image.image)?;
    let gaussian = gaussian_values(x, mean, sigma_x, &image, &means)?;

    let (output, at, slope) = if gaussian_drawn {
        (linspace(MEAN_AXIS[0], MEAN_AXIS[1], CURVE_POINTS)?, mean, gaussian.slope)
    } else {
        (linspace(LOGIT_AXIS[0], LOGIT_AXIS[1], CURVE_POINTS)?, logit, bernoulli.slope)
    };
    let cost_at = |x: f64, output: f64| -> Result<f64> {
        if gaussian_drawn { gaussian_loss(x, output, sigma_x) } else { Ok(bernoulli_cross_entropy(x, output)) }
    };
    let curve = |x: f64| output.iter().map(|&output| cost_at(x, output)).collect::<Result<Vec<f64>>>();
    let reach = 0.14 * (output[CURVE_POINTS - 1] - output[0]);
    let tangent_x = vec![at - reach, at + reach];
    let here = cost_at(x, at)?;
    let pixel = linspace(PIXEL_AXIS[0], PIXEL_AXIS[1], 2 * CURVE_POINTS - 1)?;
    let belief = Gaussian::new(mean, sigma_x)?;
    let sigma: Vec<f64> = linspace(SIGMA_AXIS[0].ln(), SIGMA_AXIS[1].ln(), 61)?.iter().map(|s| s.exp()).collect();
    let image_curve = sigma
        .iter()
        .map(|&sigma| Ok(gaussian_log_likelihood(&image, &means, sigma)?.image))
        .collect::<Result<Vec<f64>>>()?;
    let (cost_share, largest_pixel_cost) = shares(if gaussian_drawn { &gaussian_image } else { &bernoulli_image });
    Ok(Likelihoods {
        density: pixel.iter().map(|&x| belief.density(x)).collect(),
        pixel,
        cost: curve(x)?,
        cost_of_paper: curve(0.0)?,
        cost_of_ink: curve(1.0)?,
        tangent_y: tangent_x.iter().map(|end| here + slope * (end - at)).collect(),
        tangent_x,
        output,
        sigma,
        image_curve,
        sample: if gaussian_drawn {
            sample_gaussian(&means, sigma_x, controls.seed)?
        } else {
            sample_bernoulli(&logits, controls.seed)
        },
        image,
        means,
        logits,
        cost_share,
        values: LikelihoodsValues { bernoulli, gaussian, largest_pixel_cost },
    })
}

fn bernoulli_values(x: f64, logit: f64, image: f64) -> Result<BernoulliValues> {
    let slope = bernoulli_slope(x, logit);
    // Refuses a pixel outside 0 to 1 and a log-odds that is not finite, in words.
    bernoulli_log_likelihood(&[x], &[logit])?;
    Ok(BernoulliValues {
        probability: sigmoid(logit),
        cross_entropy: bernoulli_cross_entropy(x, logit),
        slope,
        slope_check: slope_check(slope, logit, |logit| bernoulli_cross_entropy(x, logit)),
        negative_log: if x == 0.0 || x == 1.0 { Some(bernoulli_check(x, logit)?) } else { None },
        grey_mass: grey_mass_check(logit)?,
        image,
    })
}

fn gaussian_values(x: f64, mean: f64, sigma_x: f64, image: &[f64], means: &[f64]) -> Result<GaussianValues> {
    let slope = gaussian_slope(x, mean, sigma_x);
    let best_sigma = best_sigma_x(image, means)?;
    let at = |log_sigma: f64| Ok(gaussian_log_likelihood(image, means, log_sigma.exp())?.image);
    let step = 1e-4;
    let best_slope = (at(best_sigma.ln() + step)? - at(best_sigma.ln() - step)?) / (2.0 * step);
    Ok(GaussianValues {
        loss: gaussian_loss(x, mean, sigma_x)?,
        slope,
        slope_check: slope_check(slope, mean, |mean| gaussian_loss(x, mean, sigma_x).unwrap_or(f64::NAN)),
        image: gaussian_log_likelihood(image, means, sigma_x)?.image,
        squared_error: gaussian_check(image, means, sigma_x)?,
        best_sigma,
        image_at_best: at(best_sigma.ln())?,
        // The central difference is off by 784 * 4 step^2 / 6, about 5e-6.
        best_slope: Check::absolute(best_slope, 0.0, 1e-4),
    })
}

/// Each pixel's cost as a share of the dearest, with the cheapest at 0; and the dearest.
fn shares(image: &ImageLogLikelihood) -> (Vec<f64>, f64) {
    let costs = || image.per_pixel.iter().map(|log_likelihood| -log_likelihood);
    let (least, most) =
        costs().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cost| (low.min(cost), high.max(cost)));
    let width = (most - least).max(f64::MIN_POSITIVE);
    (costs().map(|cost| (cost - least) / width).collect(), most)
}

/// Whether the second of two names was chosen.
fn choice(name: &str, found: &str, names: [&str; 2]) -> Result<bool> {
    match names.iter().position(|known| *known == found) {
        Some(index) => Ok(index == 1),
        None => Err(Error::UnknownName { name: name.to_owned(), found: found.to_owned(), choices: names.join(", ") }),
    }
}
