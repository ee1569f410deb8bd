//! Checks of a page that need no browser: is it well formed, can everybody read it, does it stand alone.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::fmt::Write as _;

use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::RcDom;
use roxmltree::{Document, Node, ParsingOptions};

pub fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|e| panic!("not well formed: {e}"))
}

/// What may stand in what: the elements that the pages use, by the HTML standard.
fn may_hold(parent: &str, child: &str) -> bool {
    let phrasing = ["b", "small", "span", "svg", "br"];
    let flow = [
        "p", "h1", "h2", "h3", "dl", "ul", "table", "figure", "section", "div", "article", "header",
        "footer", "main", "svg",
    ];
    match parent {
        "html" => ["head", "body"].contains(&child),
        "head" => ["meta", "title", "style"].contains(&child),
        "body" | "main" | "section" | "article" | "header" | "footer" => flow.contains(&child),
        "div" => flow.contains(&child) || ["dt", "dd"].contains(&child),
        "figure" => flow.contains(&child) || child == "figcaption",
        "figcaption" | "p" | "h1" | "h2" | "h3" | "th" | "td" | "dt" | "dd" | "li" | "span" | "b"
        | "small" => phrasing.contains(&child),
        "dl" => child == "div",
        "ul" => child == "li",
        "table" => ["thead", "tbody"].contains(&child),
        "thead" | "tbody" => child == "tr",
        "tr" => ["th", "td"].contains(&child),
        "svg" => ["title", "desc", "path", "text", "rect"].contains(&child),
        _ => false,
    }
}

/// What a browser's own parser has to forgive; nothing, in a page that is right.
pub fn forgiven(page: &str) -> Vec<String> {
    let options = ParseOpts {
        tokenizer: TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() },
        tree_builder: TreeBuilderOpts { exact_errors: true, ..TreeBuilderOpts::default() },
    };
    let dom = parse_document(RcDom::default(), options).one(page);
    dom.errors.borrow().iter().map(ToString::to_string).collect()
}

/// Everything at once.
pub fn check(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>\n"));
    let errors = forgiven(page);
    assert!(errors.is_empty(), "{errors:#?}");
    let doc = parsed(page);
    let all = || doc.descendants().filter(Node::is_element);
    let named = |name: &'static str| all().filter(move |n| n.tag_name().name() == name);

    // The structure is one that browsers do not have to mend.
    for node in all() {
        if let Some(parent) = node.parent().filter(Node::is_element) {
            let (p, c) = (parent.tag_name().name(), node.tag_name().name());
            assert!(may_hold(p, c), "<{c}> in <{p}>");
        }
    }
    for row in named("thead").map(|h| (h, h.next_sibling_element())) {
        let columns = row.0.descendants().filter(|n| n.has_tag_name("th")).count();
        for tr in row.1.unwrap().children().filter(|n| n.has_tag_name("tr")) {
            assert_eq!(tr.children().filter(Node::is_element).count(), columns, "cells in a row");
        }
    }

    // It stands alone: nothing runs and nothing is fetched.
    for name in ["script", "link", "img", "iframe", "object", "embed", "form", "a"] {
        assert_eq!(named(name).count(), 0, "<{name}>");
    }
    for node in all() {
        for a in node.attributes() {
            assert!(
                !["href", "src", "style"].contains(&a.name()) && !a.name().starts_with("on"),
                "{}",
                a.name()
            );
        }
    }
    for word in ["http:", "https:", "url(", "@import", "javascript:"] {
        assert!(!page.contains(word), "{word}");
    }

    // Who cannot see it can read it.
    assert_eq!(doc.root_element().attribute("lang"), Some("en"));
    assert!(named("title").next().unwrap().text().is_some_and(|t| t.trim().len() > 5));
    assert_eq!(named("main").count(), 1);
    let mut ids = HashSet::new();
    for id in all().filter_map(|n| n.attribute("id")) {
        assert!(ids.insert(id), "two are called {id}");
    }
    for svg in named("svg").filter(|s| s.attribute("aria-hidden") != Some("true")) {
        assert_eq!(svg.attribute("role"), Some("img"));
        let labels: Vec<_> = svg.attribute("aria-labelledby").unwrap().split(' ').collect();
        assert_eq!(labels.len(), 2);
        for label in labels {
            let said = svg.children().find(|n| n.attribute("id") == Some(label)).unwrap();
            assert!(said.text().is_some_and(|t| !t.is_empty()), "{label} says nothing");
        }
    }
    for th in named("th") {
        assert!(matches!(th.attribute("scope"), Some("col" | "row")));
        assert!(th.descendants().any(|n| n.text().is_some_and(|t| !t.trim().is_empty())), "an empty heading");
    }
    let mut level = 0;
    for heading in all().filter(|n| ["h1", "h2", "h3"].contains(&n.tag_name().name())) {
        let now = heading.tag_name().name()[1..].parse::<u32>().unwrap();
        assert!(now <= level + 1, "h{now} after h{level}");
        level = now;
    }
    assert_eq!(named("h1").count(), 1);
    contrast(named("style").next().unwrap().text().unwrap());
}

/// Words stand out from the white page by at least 4.5 to 1 (WCAG 2, AA).
fn contrast(css: &str) {
    let mut seen = 0;
    for rule in css.split('}') {
        let Some((selector, body)) = rule.split_once('{') else { continue };
        let is_text = selector.contains("text") || body.contains("color:");
        for declaration in body.split(';') {
            let Some((key, value)) = declaration.split_once(':') else { continue };
            let (key, value) = (key.trim(), value.trim());
            if !is_text
                || !(key == "color" || key == "fill")
                || !value.starts_with('#')
                || selector.contains(".pill.Stop")
            {
                continue;
            }
            seen += 1;
            let ratio = 1.05 / (luminance(value) + 0.05);
            assert!(ratio >= 4.5, "{} {key}: {value} has {ratio:.1}", selector.trim());
        }
    }
    assert!(seen >= 5, "{seen} colours of words");
}

fn luminance(colour: &str) -> f64 {
    let digits = &colour[1..];
    let channel = |k: usize| {
        let text =
            if digits.len() == 3 { digits[k..=k].repeat(2) } else { digits[2 * k..2 * k + 2].to_owned() };
        let v = f64::from(u8::from_str_radix(&text, 16).unwrap()) / 255.0;
        if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

/// The words of a page, a line for each block; of a picture what it says of itself.
pub fn words(page: &str) -> String {
    let doc = parsed(page);
    let mut out = String::new();
    let body = doc.descendants().find(|n| n.has_tag_name("body")).unwrap();
    block(body, &mut out);
    out
}

fn block(node: Node<'_, '_>, out: &mut String) {
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            "svg" => {
                let said = |name: &str| {
                    child
                        .children()
                        .find(|n| n.has_tag_name(name))
                        .and_then(|n| n.text())
                        .unwrap_or("")
                        .to_owned()
                };
                if child.attribute("aria-hidden").is_none() {
                    _ = writeln!(out, "[{}: {}]", said("title"), said("desc"));
                }
            }
            "p" | "figcaption" | "li" | "h1" | "h2" | "h3" | "tr" | "dl" => {
                let mut line = String::new();
                inline(child, &mut line);
                let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
                match child.tag_name().name() {
                    "h1" | "h2" => _ = writeln!(out, "\n# {line}"),
                    "h3" => _ = writeln!(out, "## {line}"),
                    "li" => _ = writeln!(out, "- {line}"),
                    _ => _ = writeln!(out, "{line}"),
                }
            }
            _ => block(child, out),
        }
    }
}

fn inline(node: Node<'_, '_>, line: &mut String) {
    for child in node.children() {
        if let Some(text) = child.text().filter(|_| child.is_text()) {
            line.push_str(text);
        } else if child.tag_name().name() != "svg" {
            if child.has_tag_name("small") {
                line.push(' ');
            }
            inline(child, line);
            match child.tag_name().name() {
                "th" | "td" => line.push_str(" | "),
                "dd" => line.push_str("; "),
                "dt" | "small" | "span" => line.push(' '),
                _ => {}
            }
        }
    }
}
