//! Adam in `f64`, for the lecture's own small networks (Kingma and Ba 2014, algorithm 1; the Lab's is burn's).

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// From here on both corrections are 1 in double precision.
const LATE: i32 = 100_000;

/// First and second moments of each parameter's gradient.
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f64,
    time: i32,
    moments: Vec<[f64; 2]>,
}

impl Adam {
    /// Before the first step of so many `parameters`.
    pub fn new(learning_rate: f64, parameters: usize) -> Self {
        Self { learning_rate, time: 0, moments: vec![[0.0; 2]; parameters] }
    }

    /// One step: puts in the place of each entry of the gradient what is to be subtracted from its parameter.
    pub fn step<'a>(&mut self, gradient: impl IntoIterator<Item = &'a mut f64>) {
        self.time = (self.time + 1).min(LATE);
        let [first_correction, second_correction] = [BETA_1, BETA_2].map(|beta| 1.0 - beta.powi(self.time));
        for (entry, [first, second]) in gradient.into_iter().zip(&mut self.moments) {
            *first = BETA_1 * *first + (1.0 - BETA_1) * *entry;
            *second = BETA_2 * *second + (1.0 - BETA_2) * *entry * *entry;
            *entry =
                self.learning_rate * (*first / first_correction) / ((*second / second_correction).sqrt() + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_worked_out_by_hand() {
        let mut adam = Adam::new(0.1, 2);
        // After one step m / (1 - beta_1) = g and v / (1 - beta_2) = g^2, so the step is the learning rate in g's direction.
        let mut gradient = [3.0, -0.5];
        adam.step(&mut gradient);
        assert!((gradient[0] - 0.1).abs() < 1e-8 && (gradient[1] + 0.1).abs() < 1e-8, "{gradient:?}");
        // Then g = 0: m is 0.9 of 0.1 g, corrected by 0.19; v is 0.999 of 0.001 g^2, corrected by 0.001999.
        let mut gradient = [0.0, 0.0];
        adam.step(&mut gradient);
        let expected = 0.1 * (0.09 / 0.19) / (0.000_999_f64 / 0.001_999).sqrt();
        assert!((gradient[0] - expected).abs() < 1e-8 && (gradient[1] + expected).abs() < 1e-8, "{gradient:?}");
    }

    #[test]
    fn it_reaches_the_bottom_of_a_narrow_valley() {
        let (mut adam, mut x) = (Adam::new(0.02, 2), [2.0, -3.0]);
        for _ in 0..5000 {
            let mut gradient = [x[0], 1000.0 * x[1]];
            adam.step(&mut gradient);
            x = [x[0] - gradient[0], x[1] - gradient[1]];
        }
        assert!(x[0].abs() < 1e-3 && x[1].abs() < 1e-3, "{x:?}");
    }
}
