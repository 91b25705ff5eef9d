//! Where everything stands.

use ratatui::layout::Rect;

/// A terminal that is at least that wide and high has the relay in the middle: columns, rows.
const WIDE: (u16, u16) = (96, 30);

/// One that is at least that large shows the bytes all the time.
const LARGE: (u16, u16) = (140, 40);

/// Rows of a pane at least, with its border.
const LEAST: u16 = 3;

/// The parts of the stage.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) header: Rect,
    /// Of the first clients; the others do not fit.
    pub(crate) clients: Vec<Rect>,
    pub(crate) relay: Rect,
    pub(crate) bytes: Option<Rect>,
    pub(crate) meaning: Rect,
    pub(crate) story: Option<Rect>,
    /// Everything between header and footer.
    pub(crate) body: Rect,
    pub(crate) way: Rect,
    pub(crate) keys: Rect,
}

impl Places {
    /// For so many clients.
    pub(crate) fn of(area: Rect, clients: usize) -> Self {
        let row = |y: u16| Rect {
            y,
            height: 1,
            ..area
        };
        let end = area.y + area.height;
        let body = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(3),
            ..area
        };
        let frame = Self {
            header: row(area.y),
            clients: Vec::new(),
            relay: body,
            bytes: None,
            meaning: body,
            story: None,
            body,
            way: row(end.saturating_sub(2)),
            keys: row(end.saturating_sub(1)),
        };
        if area.width >= WIDE.0 && area.height >= WIDE.1 {
            if area.width >= LARGE.0 && area.height >= LARGE.1 {
                frame.large(clients)
            } else {
                frame.wide(clients)
            }
        } else {
            frame.narrow(clients)
        }
    }

    /// Clients on the left; the relay, and what it means, on the right.
    fn narrow(mut self, clients: usize) -> Self {
        let (left, right) = beside(self.body, self.body.width / 2);
        let lower = right.height * 2 / 5;
        (self.relay, self.meaning) = above(right, right.height - lower);
        self.clients = stack(left, clients);
        self
    }

    /// The same, above the bytes, which have room for sixteen in a row and their other side.
    fn large(self, clients: usize) -> Self {
        let (upper, lower) = above(self.body, self.body.height * 3 / 5);
        let whole = self.body;
        let mut places = Self {
            body: upper,
            ..self
        }
        .wide(clients);
        let (bytes, story) = beside(lower, lower.width * 2 / 3);
        // What stood there goes to the clients above it, or to the middle where there are none.
        if let Some(left) = places.story.replace(story) {
            let above = places.clients.iter_mut().filter(|one| one.x == left.x);
            match above.last() {
                Some(client) => client.height += left.height,
                None => {
                    places.relay.width += left.width;
                    places.meaning.width += left.width;
                }
            }
        }
        places.bytes = Some(bytes);
        places.body = whole;
        places
    }

    /// The relay in the middle, clients on both sides.
    fn wide(mut self, clients: usize) -> Self {
        let side = self.body.width * 3 / 10;
        let (left, rest) = beside(self.body, side);
        let (middle, right) = beside(rest, rest.width - side);
        let on_the_left = clients.div_ceil(2);
        let on_the_right = clients - on_the_left;
        let story = right.height * 2 / 5;
        let (right, story) = if on_the_right == 0 {
            (Rect { height: 0, ..right }, right)
        } else {
            above(right, right.height - story)
        };
        self.story = Some(story);
        let (relay, meaning) = above(middle, middle.height - middle.height * 2 / 5);
        (self.relay, self.meaning) = (relay, meaning);
        self.clients = stack(left, on_the_left);
        self.clients.extend(stack(right, on_the_right));
        self
    }
}

/// Cut into two, the first so many columns wide.
fn beside(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let left = Rect { width, ..area };
    let right = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    (left, right)
}

/// Cut into two, the first so many rows high.
fn above(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let top = Rect { height, ..area };
    let bottom = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (top, bottom)
}

/// As many panes of the same height as fit.
fn stack(area: Rect, panes: usize) -> Vec<Rect> {
    let most = usize::from(area.height / LEAST);
    let panes = u16::try_from(panes.min(most)).unwrap_or(0);
    let mut rest = area;
    let mut places = Vec::new();
    for left in (1..=panes).rev() {
        let (pane, lower) = above(rest, rest.height / left);
        places.push(pane);
        rest = lower;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_over_anything_else_and_no_row_is_lost() {
        for (width, height) in [(80, 24), (95, 29), (96, 30), (120, 40), (200, 60)] {
            for clients in [1, 2, 3, 4, 7, 50] {
                let area = Rect::new(0, 0, width, height);
                let places = Places::of(area, clients);
                let mut all = places.clients.clone();
                all.extend([places.header, places.relay, places.meaning]);
                all.extend([places.way, places.keys]);
                all.extend(places.bytes.into_iter().chain(places.story));
                let covered: u32 = all.iter().map(|place| place.area()).sum();
                for (n, one) in all.iter().enumerate() {
                    assert_eq!(one.intersection(area), *one);
                    for other in all.iter().skip(n + 1) {
                        assert!(!one.intersects(*other), "{one} {other}");
                    }
                }
                let is_full = places.clients.len() == clients;
                assert!(!is_full || covered == area.area(), "{places:?}");
                assert!(places.clients.iter().all(|place| place.height >= LEAST));
            }
        }
    }
}
