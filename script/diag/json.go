package diag

import (
	"encoding/json"
	"io"
)

// ReportVersion is the version of Report's form. Fields may be added to a
// version; a field that changes or goes away makes a new one.
const ReportVersion = 1

// Report is a List for programs, one JSON document.
type Report struct {
	Version int `json:"version"`
	// File is the script as it was named on the command line.
	File string `json:"file"`
	// OK is false where the script is refused.
	OK      bool    `json:"ok"`
	Summary Summary `json:"summary"`
	// Diagnostics are in the order of their places.
	Diagnostics []ReportItem `json:"diagnostics"`
}

// Summary counts findings.
type Summary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Omitted is the number of errors beyond MaxErrors, which are counted in
	// Errors and not listed.
	Omitted int `json:"omitted"`
}

// ReportItem is one finding. Lines and columns count from 1, columns in bytes
// of UTF-8; they are absent for a finding without a place.
type ReportItem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// EndLine and EndColumn lie behind the last byte; absent where only the
	// beginning is known, or where something is missing.
	EndLine   int    `json:"endLine,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"`
	Severity  string `json:"severity"` // error, warning or info
	Code      Code   `json:"code"`
	Message   string `json:"message"`
	// Suggestion is the name that was probably meant.
	Suggestion string `json:"suggestion,omitempty"`
	// Source is the text of the line.
	Source string `json:"source,omitempty"`
	// IncludedFrom are the places of the include_file lines, the nearest first.
	IncludedFrom []ReportPlace `json:"includedFrom,omitempty"`
}

// ReportPlace is a line of a file.
type ReportPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Report makes the report about the script called file.
func (l *List) Report(file string) *Report {
	l.Sort()
	r := &Report{Version: ReportVersion, File: file, OK: !l.HasErrors(), Diagnostics: []ReportItem{}}
	r.Summary.Errors, r.Summary.Omitted = l.Errors(), l.dropped
	for _, d := range l.Items {
		switch d.Severity {
		case Warning:
			r.Summary.Warnings++
		case Info:
			r.Summary.Infos++
		}
		r.Diagnostics = append(r.Diagnostics, l.reportItem(d))
	}
	return r
}

func (l *List) reportItem(d *Diagnostic) ReportItem {
	it := ReportItem{Severity: d.Severity.String(), Code: d.Code, Message: d.Message, Suggestion: d.Suggestion}
	f := l.Set.File(d.Pos)
	if f == nil {
		return it
	}
	at := l.Set.Position(d.Pos)
	it.File, it.Line, it.Column, it.Source = at.File, at.Line, at.Column, string(f.Line(at.Line))
	end := d.End
	if end == 0 {
		end = l.Set.EndOf(d.Pos)
	}
	if end != 0 {
		to := l.Set.Position(end)
		it.EndLine, it.EndColumn = to.Line, to.Column
	}
	for f != nil && f.From != 0 {
		at := l.Set.Position(f.From)
		it.IncludedFrom = append(it.IncludedFrom, ReportPlace{at.File, at.Line})
		f = l.Set.File(f.From)
	}
	return it
}

// Write writes the report as one indented JSON document.
func (r *Report) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
