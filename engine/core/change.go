package core

import (
	"sipedge/pool"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// settleEdits makes the edits of a message that is about to leave final: the
// Content-Length of a changed body, and nothing inside of what is left out.
func (p *Proc) settleEdits() bool {
	p.Edits.DropCovered()
	size, changed := p.Edits.PartSize(p.Index.BodyOff(), p.Index.MsgEnd())
	if !changed {
		return true
	}
	m := p.Mark()
	i := p.Index.First(sipparse.HdrContentLength)
	if i < 0 {
		p.AppendString("Content-Length: ")
	}
	p.AppendValue(value.FromInt(int64(size)))
	ok := false
	if i < 0 {
		p.AppendString("\r\n")
		ok = p.Edits.InsertAt(p.Index.HeadersEnd(), m, p.Mark()-m, false)
	} else {
		body := p.Index.Body(i)
		p.Edits.Forget(int(body.Off), body.End())
		ok = p.Edits.Replace(int(body.Off), int(body.Len), m, p.Mark()-m)
	}
	p.Edits.DropCovered() // a script may have taken the header out
	return p.edited(ok)
}

// ApplyChanges makes the message as the script has changed it so far the message
// that is processed: what follows in the script reads the new headers and body, and
// edits begin anew. A Request-URI that the script has set becomes the one in the
// message. Values taken from the message before keep their texts. What is done when
// the request is sent (our Via, Record-Route, Max-Forwards, the notes in the top
// Via) is not done yet. On an error nothing has changed.
func (p *Proc) ApplyChanges() error {
	saved, mark := p.Edits, p.Mark()
	err := p.applyChanges()
	if err != nil {
		p.Edits = saved
		p.Truncate(mark)
		p.fail = err
	}
	return err
}

func (p *Proc) applyChanges() error {
	if p.Index.IsRequest() && !p.NewURI.IsUndef() && !p.editStartLine(p.Bytes(p.NewURI)) {
		return ErrEdits
	}
	if !p.cutSurplus() || !p.settleEdits() {
		return ErrEdits
	}
	n := p.Edits.Size(len(p.Msg))
	if n > sipparse.MaxMessage {
		return ErrTooLong
	}
	ref, buf, ok := p.loop.buffers.Alloc(n)
	if !ok {
		return ErrMessageRoom
	}
	b := p.Edits.AppendTo(buf[:0], p.Msg, p.Arena())
	if err := p.adopt(b); err != nil {
		p.loop.buffers.Free(ref)
		return err
	}
	p.own(ref)
	return nil
}

// SetMessage puts another message in the place of the one that is processed, with
// the consequences of ApplyChanges; edits made so far are lost. It must be a
// request where the message is one, and a reply otherwise. text is copied.
func (p *Proc) SetMessage(text []byte) error {
	err := p.setMessage(text)
	if err != nil {
		p.fail = err
	}
	return err
}

func (p *Proc) setMessage(text []byte) error {
	if len(text) > sipparse.MaxMessage {
		return ErrTooLong
	}
	ref, buf, ok := p.loop.buffers.Alloc(len(text))
	if !ok {
		return ErrMessageRoom
	}
	b := buf[:copy(buf, text)]
	if err := p.adopt(b); err != nil {
		p.loop.buffers.Free(ref)
		return err
	}
	p.own(ref)
	return nil
}

// adopt parses b and makes it the message, or leaves all as it was.
func (p *Proc) adopt(b []byte) error {
	old, request := p.Msg, p.Index.IsRequest()
	var credentials []byte
	if p.Authorized != 0 {
		credentials = p.Index.Body(int(p.Authorized) - 1).Of(old)
	}
	err := p.parseInto(b, request)
	if err == nil {
		var also [maxSendHooks]*value.Value
		for i := range p.nHooks {
			also[i] = &p.hooks[i].arg
		}
		if !p.ReplaceMsg(b, also[:p.nHooks]) {
			err = ErrMessageRoom
		}
	}
	if err != nil {
		sipparse.Parse(old, &p.Index)
		return err
	}
	p.viaSettled, p.nViaEdits, p.editsLost = false, 0, false
	p.Authorized = p.findHeader(credentials)
	return nil
}

func (p *Proc) parseInto(b []byte, request bool) error {
	if sipparse.Parse(b, &p.Index) != sipparse.OK || p.Index.Validate(b) != sipparse.OK {
		return ErrBadMessage
	}
	if p.Index.IsRequest() != request {
		return ErrKind
	}
	return nil
}

// findHeader is the header that has this body, counted from 1; 0 for none.
func (p *Proc) findHeader(body []byte) int32 {
	for i := 0; len(body) > 0 && i < p.Index.Len(); i++ {
		if string(p.Index.Body(i).Of(p.Msg)) == string(body) {
			return int32(i) + 1
		}
	}
	return 0
}

// own makes ref the place where the message lies.
func (p *Proc) own(ref pool.Ref) {
	if p.parked {
		p.loop.buffers.Free(p.owned)
	} else {
		p.parked = true
		p.snap.refs.Add(1)
	}
	p.owned = ref
}

// ChangeStatus gives the reply that is processed another status code, 100 to 699,
// and, where it is a text, another reason, one line. A provisional reply stays one,
// and a 2xx a 2xx; of the failures each may become any other.
func (p *Proc) ChangeStatus(code int, reason value.Value) error {
	old := p.Index.Status()
	switch {
	case p.Index.IsRequest():
		return ErrNotReply
	case code < 100 || code > 699:
		return ErrBadCode
	case (code < 300 || old < 300) && code/100 != old/100:
		return ErrStatusClass
	}
	for _, c := range p.Bytes(reason) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return ErrBadReason
		}
	}
	// Nothing else changes a status line: what was made of it before is given up.
	const codeLen = 3
	at := p.Index.VersionSpan().End() + 1
	end := at + codeLen
	m := p.Mark()
	p.AppendValue(value.FromInt(int64(code)))
	if reason.Kind() == value.Str {
		end = p.Index.ReasonSpan().End()
		p.AppendString(" ")
		p.AppendValue(reason)
	}
	p.Edits.Forget(at, end)
	if !p.edited(p.Edits.Replace(at, end-at, m, p.Mark()-m)) {
		return ErrEdits
	}
	return nil
}

// ForwardReply passes the reply on by its next Via with the changes made so far, as
// happens at the end of its script. The script goes on.
func (p *Proc) ForwardReply() error {
	if p.Index.IsRequest() {
		return ErrNotReply
	}
	saved := p.Edits
	err := p.relayReply()
	p.Edits = saved
	p.fail = err
	return err
}
