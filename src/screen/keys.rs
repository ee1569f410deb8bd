//! What keys mean.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::live::board::Board;
use crate::live::conductor::Input;

/// What the screen itself remembers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Local {
    /// Digits of a pain that is being entered.
    pub pain: Option<String>,
    /// The keys are explained.
    pub help: bool,
    /// The trace is folded away.
    pub folded: bool,
}

/// What a key comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// Nothing outside of the screen.
    Nothing,
    /// Something for the session.
    Enter(Input),
    /// The screen closes.
    Close,
}

/// Reads a key.
pub fn key(event: KeyEvent, board: &Board, local: &mut Local) -> Does {
    if event.kind == KeyEventKind::Release {
        return Does::Nothing;
    }
    if event.code == KeyCode::Char('c') && event.modifiers.contains(KeyModifiers::CONTROL) {
        return Does::Close;
    }
    if board.stop.is_some() {
        // Nothing else counts until it has been seen.
        return match event.code {
            KeyCode::Char(' ') | KeyCode::Enter => Does::Enter(Input::Acknowledge),
            _ => Does::Nothing,
        };
    }
    if let Some(digits) = &mut local.pain {
        return pain(event.code, digits).unwrap_or_else(|done| {
            local.pain = None;
            done
        });
    }
    match event.code {
        KeyCode::Char('p') => {
            local.pain = Some(String::new());
            Does::Nothing
        }
        KeyCode::Char('?') => {
            local.help = !local.help;
            Does::Nothing
        }
        KeyCode::Char('t') => {
            local.folded = !local.folded;
            Does::Nothing
        }
        KeyCode::Char(c @ '1'..='9') if board.checklist.is_some() => {
            Does::Enter(Input::Confirm(c as usize - '1' as usize))
        }
        KeyCode::Enter | KeyCode::Char(' ') if board.checklist.is_some() => Does::Enter(Input::Begin),
        KeyCode::Char('m') => Does::Enter(Input::Mark),
        KeyCode::Char('q') | KeyCode::Esc if board.end.is_some() || board.plan.is_none() => Does::Close,
        KeyCode::Char('q') => Does::Enter(Input::End),
        KeyCode::Esc => {
            local.help = false;
            Does::Nothing
        }
        _ => Does::Nothing,
    }
}

/// A key while a pain is entered; the error ends the entry.
fn pain(code: KeyCode, digits: &mut String) -> Result<Does, Does> {
    match code {
        KeyCode::Char(c @ '0'..='9') if digits.is_empty() || (digits == "1" && c == '0') => {
            digits.push(c);
            // Only 1 can still become 10.
            if digits == "1" { Ok(Does::Nothing) } else { Err(entered(digits)) }
        }
        KeyCode::Backspace => {
            digits.clear();
            Ok(Does::Nothing)
        }
        KeyCode::Enter | KeyCode::Char(' ') if !digits.is_empty() => Err(entered(digits)),
        KeyCode::Esc => Err(Does::Nothing),
        _ => Ok(Does::Nothing),
    }
}

fn entered(digits: &str) -> Does {
    digits.parse().map_or(Does::Nothing, |pain| Does::Enter(Input::Pain(pain)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::board::{ChecklistView, StopView};

    fn press(c: KeyCode) -> KeyEvent {
        KeyEvent::new(c, KeyModifiers::NONE)
    }

    fn typed(text: &str, board: &Board) -> Vec<Does> {
        let mut local = Local::default();
        text.chars()
            .map(|c| {
                let code = match c {
                    '\n' => KeyCode::Enter,
                    c => KeyCode::Char(c),
                };
                key(press(code), board, &mut local)
            })
            .filter(|d| *d != Does::Nothing)
            .collect()
    }

    #[test]
    fn pain_takes_one_key_or_two() {
        let board = Board::default();
        assert_eq!(typed("p6", &board), [Does::Enter(Input::Pain(6))]);
        assert_eq!(typed("p10", &board), [Does::Enter(Input::Pain(10))]);
        assert_eq!(typed("p1\n", &board), [Does::Enter(Input::Pain(1))]);
        assert_eq!(typed("px0", &board), [Does::Enter(Input::Pain(0))]);
    }

    #[test]
    fn a_stop_takes_only_its_own_key() {
        let stop = StopView { rule: "fall".into(), message: String::new(), time_s: 0.0, hook: None };
        let board = Board { stop: Some(stop), ..Board::default() };
        assert_eq!(typed("qmp6", &board), []);
        assert_eq!(typed(" ", &board), [Does::Enter(Input::Acknowledge)]);
    }

    #[test]
    fn the_checklist_is_answered_by_numbers() {
        let checklist = ChecklistView { items: vec![], pain: None, complete: false };
        let board = Board { checklist: Some(checklist), ..Board::default() };
        assert_eq!(
            typed("13p0\n", &board),
            [
                Does::Enter(Input::Confirm(0)),
                Does::Enter(Input::Confirm(2)),
                Does::Enter(Input::Pain(0)),
                Does::Enter(Input::Begin)
            ]
        );
    }
}
