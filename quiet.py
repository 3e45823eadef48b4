import subprocess,os,time,sys
deadline=time.time()+float(sys.argv[1]); variants=sys.argv[2:]
os.nice(19)
res={v:[] for v in variants}
def busy():
    f=open('/proc/stat').readline().split(); v=list(map(int,f[1:9])); return sum(v)-v[3]-v[4], sum(v)
i=0
while time.time()<deadline:
    b,t=busy(); time.sleep(1); b2,t2=busy()
    if (b2-b)/(t2-t)>0.12: time.sleep(2); continue
    v=variants[i%len(variants)]
    env=dict(os.environ)
    for kv in v.split('+'):
        if '=' in kv: k,x=kv.split('=',1);env[k]=x
    b,_=busy(); t0=time.time()
    p=subprocess.Popen(['./bench-exp','serve','embedded:/tmp/b/data'],env=env,stdin=subprocess.PIPE,stdout=subprocess.PIPE,stderr=subprocess.DEVNULL,text=True)
    p.stdout.readline(); wall=time.time()-t0; b2,_=busy()
    st=open(f'/proc/{p.pid}/stat').read().split(); cpu=(int(st[13])+int(st[14]))/100
    p.stdin.close(); p.wait()
    other=((b2-b)/100-cpu)/(2*wall)
    print(v,f'wall {wall:.2f} cpu {cpu:.2f} others {other:.2f}',flush=True)
    if other<0.1: res[v].append(wall); i+=1
for v in variants:
    w=sorted(res[v])
    if w: print(f'CLEAN {v:24} n {len(w)} min {w[0]:.2f} med {w[len(w)//2]:.2f}',flush=True)
