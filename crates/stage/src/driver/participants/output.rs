//! From bytes that a process prints to lines, and from lines to what they show.

use bytes::Bytes;

use super::Participants;
use crate::EngineError;
use crate::driver::RELAY;
use crate::input::Instance;
use crate::record::{Placed, Writer};
use timeline::{Kind, Limit, Stream};

impl Participants<'_> {
    /// A process has printed something: it is kept, and each line that it completes is read.
    pub(in crate::driver) fn output(
        &mut self,
        instance: &Instance,
        stream: Stream,
        bytes: &Bytes,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let file = instance.file(stream);
        let who = instance.participant.clone();
        let most = self.limits_of(&who).output;
        let at = match record.keep(file, bytes, most)? {
            Placed::At(at) => at,
            Placed::Capped => {
                record.append(Kind::Capped {
                    who: who.clone(),
                    file: file.to_owned(),
                })?;
                return self.exceeded(&who, Limit::Output, None, record);
            }
            Placed::Dropped => return Ok(()),
        };
        let len = bytes.len() as u64;
        record.append(Kind::Output {
            who,
            stream,
            at,
            len,
        })?;
        let Some(one) = self.current(instance) else {
            return Ok(());
        };
        let lines = one.reading(stream).push(bytes);
        one.answer();
        for line in &lines {
            one.add_line(line);
        }
        lines
            .into_iter()
            .try_for_each(|line| self.line(instance, stream, line, record))
    }

    /// A stream of a process has ended; what it printed last may be a line without an end.
    pub(in crate::driver) fn output_ended(
        &mut self,
        instance: &Instance,
        stream: Stream,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let Some(one) = self.current(instance) else {
            return Ok(());
        };
        one.open.remove(&stream);
        if let Some(rest) = one.reading(stream).finish() {
            one.add_line(&rest);
            self.shown(instance, stream, (rest, true), record)?;
        }
        let who = instance.participant.clone();
        record.append(Kind::OutputEnded { who, stream })
    }

    /// A prompt that was answered is a line: what comes next is behind it, and is another.
    pub(in crate::driver) fn take_prompt(
        &mut self,
        who: &str,
        (stream, end): (Stream, usize),
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let one = self.of_name(who);
        let instance = Instance::of(who, one.starts);
        let prompt = one.reading(stream).cut(end);
        self.line(&instance, stream, prompt, record)
    }

    /// A participant has shown a line.
    pub(super) fn line(
        &mut self,
        instance: &Instance,
        stream: Stream,
        line: String,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        self.shown(instance, stream, (line, false), record)
    }

    /// It has shown a line, or its last one, which has not ended.
    fn shown(
        &mut self,
        instance: &Instance,
        stream: Stream,
        (line, unfinished): (String, bool),
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let who = &instance.participant;
        let said = match self.current(instance) {
            Some(one) => one.echo_filter.said(line),
            None => Some(line),
        };
        let Some(text) = said else {
            return Ok(());
        };
        let seen = self.recognisers.seen(who, stream, &text);
        if who == RELAY && stream == Stream::Stdout {
            self.relay.line(&text);
        }
        self.capture(who, &text, record)?;
        record.append(Kind::Line {
            who: who.clone(),
            stream,
            text,
            seen,
            unfinished,
        })
    }
}
