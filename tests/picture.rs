//! The picture in the README shows what the simulator makes today.

#[path = "../examples/stride_picture.rs"]
#[expect(dead_code, reason = "its `main` is for people")]
mod stride_picture;

#[test]
fn the_stride_in_the_readme_is_the_one_that_is_simulated() {
    let drawn = stride_picture::picture().expect("the simulator makes a stride");
    let kept = include_str!("../docs/stride.svg");
    assert!(drawn == kept, "draw it anew: cargo run --example stride_picture > docs/stride.svg");
}
