package main
import ("fmt";"os";"sipedge/sipparse")
func main(){
 m,_:=os.ReadFile("/work/main/sipparse/testdata/invite.sip")
 var x sipparse.Index
 P:=func(){sipparse.Parse(m,&x)}
 t:=measure([]func(){
  P,
  func(){P();x.RURI(m)},
  func(){P();x.TopVia(m)},
  func(){P();x.From(m)},
  func(){P();x.FromURI(m)},
  func(){P();x.ToURI(m)},
  func(){P();x.CSeq(m)},
  func(){P();x.MaxForwards(m)},
  func(){P();x.ContentLength(m)},
  func(){P();x.RURI(m);x.TopVia(m)},
  func(){P();x.RURI(m);x.TopVia(m);x.FromURI(m)},
  func(){P();x.RURI(m);x.TopVia(m);x.FromURI(m);x.ToURI(m)},
  func(){P();x.RURI(m);x.TopVia(m);x.FromURI(m);x.ToURI(m);x.CSeq(m)},
  func(){P();x.RURI(m);x.TopVia(m);x.FromURI(m);x.ToURI(m);x.CSeq(m);x.MaxForwards(m)},
  func(){P();x.Core(m)},
 })
 for i,n:=range []string{"parse","ruri","via","from","fromuri","touri","cseq","mf","cl","r+v","r+v+f","+to","+cseq","+mf","core"} {fmt.Printf("%-8s %.0f\n",n,t.median(i))}
}
