//! Plots as SVG: axes, lines, bands, marks.
//!
//! Everything is told by shape, dash and shade, so that a page printed in black and white loses nothing;
//! the style sheet of the page gives the classes their look. Coordinates have one decimal: the same
//! figures give the same bytes.

use std::fmt::{self, Display, Write as _};

/// Markup that is safe in a page: it is made here, of numbers and escaped words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Svg(String);

impl Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Svg {}

/// Words as text of a document.
pub fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A number as a coordinate.
fn c(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// From a figure to a place on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Smallest and largest figure.
    pub domain: [f64; 2],
    /// Their places.
    pub range: [f64; 2],
}

impl Scale {
    /// The place of a figure.
    pub fn at(&self, value: f64) -> f64 {
        let [d0, d1] = self.domain;
        let [r0, r1] = self.range;
        if d1 == d0 { r0 } else { r0 + (value - d0) / (d1 - d0) * (r1 - r0) }
    }

    /// Whether a figure lies on it.
    pub fn holds(&self, value: f64) -> bool {
        (self.domain[0]..=self.domain[1]).contains(&value)
    }

    /// The same places for a domain that begins and ends at round figures.
    #[must_use]
    pub fn rounded(self, wanted: usize) -> Self {
        let step = step(self.domain, wanted);
        let [d0, d1] = self.domain;
        Self { domain: [(d0 / step).floor() * step, (d1 / step).ceil() * step], ..self }
    }

    /// About `wanted` round figures on it, with as many decimals as they need.
    pub fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = step(self.domain, wanted);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
        let first = (self.domain[0] / step - 1e-9).ceil();
        (0..100)
            .map(|k| (first + f64::from(k)) * step)
            .take_while(|v| *v <= self.domain[1] + step * 1e-9)
            .map(|v| (v, format!("{:.decimals$}", v + 0.0).replace('-', "−")))
            .collect()
    }
}

/// A step of 1, 2 or 5 times a power of ten that cuts the domain into about `wanted` parts.
fn step(domain: [f64; 2], wanted: usize) -> f64 {
    let width = (domain[1] - domain[0]).abs().max(1e-9);
    let raw = width / wanted.max(1) as f64;
    let power = 10_f64.powf(raw.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let best = steps.iter().find(|s| *s * power >= raw * 0.999).unwrap_or(&10.0);
    best * power
}

/// A picture under construction.
#[derive(Clone, Debug)]
pub struct Plot {
    body: String,
    size: [f64; 2],
    /// Across.
    pub x: Scale,
    /// Up.
    pub y: Scale,
}

/// Room around the plot for axes and words: left, right, top, bottom.
pub const MARGIN: [f64; 4] = [46.0, 12.0, 10.0, 32.0];

impl Plot {
    /// A picture of `size` with room for axes.
    pub fn new(size: [f64; 2], x: [f64; 2], y: [f64; 2]) -> Self {
        Self::with_margin(size, x, y, MARGIN)
    }

    /// A picture of `size` with `[left, right, top, bottom]` around.
    pub fn with_margin(size: [f64; 2], x: [f64; 2], y: [f64; 2], margin: [f64; 4]) -> Self {
        let [left, right, top, bottom] = margin;
        Self {
            body: String::new(),
            size,
            x: Scale { domain: x, range: [left, size[0] - right] },
            y: Scale { domain: y, range: [size[1] - bottom, top] },
        }
    }

    /// Markup as it is.
    fn raw(&mut self, args: fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(args);
    }

    /// Axis across, with ticks below.
    pub fn x_axis(&mut self, wanted: usize, label: &str) {
        let [y0, _] = self.y.range;
        let [left, right] = self.x.range;
        for (value, text) in self.x.ticks(wanted) {
            let x = c(self.x.at(value));
            self.raw(format_args!(
                "<path class=\"tick\" d=\"M{x} {}v4\"/><text class=\"t mid\" x=\"{x}\" y=\"{}\">{text}</text>",
                c(y0),
                c(y0 + 14.0)
            ));
        }
        self.raw(format_args!("<path class=\"axis\" d=\"M{} {}H{}\"/>", c(left), c(y0), c(right)));
        self.raw(format_args!(
            "<text class=\"t mid\" x=\"{}\" y=\"{}\">{}</text>",
            c(f64::midpoint(left, right)),
            c(y0 + 27.0),
            escaped(label)
        ));
    }

    /// Axis up, with ticks and faint lines across.
    pub fn y_axis(&mut self, wanted: usize) {
        let [left, right] = self.x.range;
        for (value, text) in self.y.ticks(wanted) {
            let y = self.y.at(value);
            self.raw(format_args!(
                "<path class=\"grid\" d=\"M{} {}H{}\"/><text class=\"t end\" x=\"{}\" y=\"{}\">{text}</text>",
                c(left),
                c(y),
                c(right),
                c(left - 5.0),
                c(y + 3.5)
            ));
        }
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], class: &str) {
        if points.len() < 2 {
            return;
        }
        let d = self.path(points);
        self.raw(format_args!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut d = String::with_capacity(points.len() * 10);
        for (k, (x, y)) in points.iter().enumerate() {
            let mark = if k == 0 { 'M' } else { 'L' };
            let _ = write!(d, "{mark}{} {}", c(self.x.at(*x)), c(self.y.at(*y)));
        }
        d
    }

    /// The area between two lines over the same places.
    pub fn band(&mut self, points: &[(f64, f64, f64)], class: &str) {
        if points.len() < 2 {
            return;
        }
        let up: Vec<_> = points.iter().map(|(x, low, _)| (*x, *low)).collect();
        let back: Vec<_> = points.iter().rev().map(|(x, _, high)| (*x, *high)).collect();
        let (a, b) = (self.path(&up), self.path(&back).replacen('M', "L", 1));
        self.raw(format_args!("<path class=\"{class}\" d=\"{a}{b}Z\"/>"));
    }

    /// A box from corner to corner, in figures.
    pub fn area(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let clamp = |s: &Scale, v: f64| v.clamp(s.domain[0].min(s.domain[1]), s.domain[0].max(s.domain[1]));
        let (x0, x1) = (self.x.at(clamp(&self.x, from.0)), self.x.at(clamp(&self.x, to.0)));
        let (y0, y1) = (self.y.at(clamp(&self.y, from.1)), self.y.at(clamp(&self.y, to.1)));
        self.raw(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            c(x0.min(x1)),
            c(y0.min(y1)),
            c((x1 - x0).abs()),
            c((y1 - y0).abs())
        ));
    }

    /// A line from the bottom to the top at `x`, with a word over it.
    pub fn upright(&mut self, x: f64, word: &str, class: &str) {
        let [y0, y1] = self.y.range;
        let place = self.x.at(x);
        self.raw(format_args!("<path class=\"{class}\" d=\"M{} {}V{}\"/>", c(place), c(y0), c(y1)));
        if !word.is_empty() {
            self.raw(format_args!(
                "<text class=\"t mid\" x=\"{}\" y=\"{}\">{}</text>",
                c(place),
                c(y1 - 3.0),
                escaped(word)
            ));
        }
    }

    /// A line from left to right at `y`.
    pub fn level(&mut self, y: f64, class: &str) {
        let [x0, x1] = self.x.range;
        self.raw(format_args!("<path class=\"{class}\" d=\"M{} {}H{}\"/>", c(x0), c(self.y.at(y)), c(x1)));
    }

    /// Points.
    pub fn dots(&mut self, points: &[(f64, f64)], radius: f64, class: &str) {
        if points.is_empty() {
            return;
        }
        let mut d = String::with_capacity(points.len() * 24);
        for (x, y) in points {
            // A line of no length with round ends: a fifth of the bytes of a circle.
            let _ = write!(d, "M{} {}h0", c(self.x.at(*x)), c(self.y.at(*y)));
        }
        self.raw(format_args!("<path class=\"{class}\" stroke-width=\"{}\" d=\"{d}\"/>", c(radius * 2.0)));
    }

    /// A shape given in pixels around a place.
    pub fn mark(&mut self, x: f64, y: f64, shape: &str, class: &str) {
        let place = (self.x.at(x), self.y.at(y));
        self.raw(format_args!("<path class=\"{class}\" d=\"M{} {}{shape}\"/>", c(place.0), c(place.1)));
    }

    /// Many of the same shape as one path.
    pub fn marks(&mut self, places: &[(f64, f64)], shape: &str, class: &str) {
        if places.is_empty() {
            return;
        }
        let mut d = String::new();
        for (x, y) in places {
            let _ = write!(d, "M{} {}{shape}", c(self.x.at(*x)), c(self.y.at(*y)));
        }
        self.raw(format_args!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    /// Words at a place in pixels.
    pub fn words(&mut self, x: f64, y: f64, words: &str, class: &str) {
        self.raw(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            c(x),
            c(y),
            escaped(words)
        ));
    }

    /// Takes what was drawn of another plot on the same picture.
    pub fn absorb(&mut self, other: &Self) {
        self.body.push_str(&other.body);
    }

    /// The picture. `id` is its own in the page; `title` and `says` are for those who cannot see it.
    pub fn finish(self, id: &str, title: &str, says: &str) -> Svg {
        let [w, h] = self.size;
        Svg(format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{}</svg>",
            c(w),
            c(h),
            escaped(title),
            escaped(says),
            self.body
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let scale = |a, b| Scale { domain: [a, b], range: [0.0, 100.0] };
        let words = |s: Scale| s.ticks(5).into_iter().map(|(_, t)| t).collect::<Vec<_>>();
        assert_eq!(words(scale(0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(words(scale(-42.0, 18.0)), ["−40", "−20", "0"]);
        assert_eq!(words(scale(0.0, 0.07)), ["0.00", "0.02", "0.04", "0.06"]);
        assert_eq!(scale(-42.0, 18.0).rounded(5).domain, [-60.0, 20.0]);
    }

    #[test]
    fn words_cannot_become_markup() {
        let mut plot = Plot::new([100.0, 50.0], [0.0, 1.0], [0.0, 1.0]);
        plot.words(1.0, 2.0, "<script>&\"", "t");
        let svg = plot.finish("a", "x < y", "").to_string();
        assert!(svg.contains("&lt;script&gt;&amp;&quot;") && svg.contains("x &lt; y"), "{svg}");
    }

    #[test]
    fn a_flat_scale_has_a_place_for_its_figure() {
        let scale = Scale { domain: [2.0, 2.0], range: [5.0, 9.0] };
        assert_eq!(scale.at(2.0), 5.0);
        assert!(!scale.ticks(4).is_empty());
    }
}
