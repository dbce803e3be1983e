"""Questions about MindMesh itself."""

from intent import intent

INTENTS = [
    intent("what-app", """
What is this app?
What is @app[ exactly| about]?
What does @app do?
@tell what @app {is|does}.
What is MindMesh?
What's {this|this app|this thing|MindMesh}?
{Explain|Describe} @app[ to me| in a few words].
What {did I|have I} just {install|installed|download|downloaded}?
What is {the purpose|the point|the idea} of @app?
What {is @app for|is @app good for|can @app do for me}?
Why {do I need|should I use|would I use} @app?
I am new here, what is this?
Give me {a short summary|an overview} of @app.
What kind of {app|program|software} is {this|MindMesh}?
Tell me about {MindMesh|this app|the app}.
What am I looking at?
Can you {explain|describe} what {MindMesh|this app|this program} is?
What's {this|that}?
What is {this|this thing|that|this software|this program}?
What {does|can} {it|this thing|this software|the program} do?
What is {it|MindMesh} {for|about|good for}?
Please explain {this app|MindMesh|the app|this program} to me.
{Describe|Introduce} {this app|MindMesh}.
So {what is|what does} this app[ do]?
~I just installed this, what does it do?
~What exactly is MindMesh{ about|}?
""", """
MindMesh is a desktop app that turns idle graphics cards into one network that runs open language models. {It works while your machine is idle and pauses when you start a game.|It helps while your machine is idle, and it pauses when a game starts.}
This app is MindMesh. It joins idle graphics cards into one network that runs open language models, and it earns credits while your machine is idle.
""", weight=2.5),
    intent("pause", """
How do I pause it?
How {do|can} I pause @app?
@howto {pause|stop} @app {for a while|for a moment|for now|for an hour}?
How do I {stop|pause} {it|this|the work|sharing|serving}?
Where is the pause button?
{Can|Could} I {pause|stop} {it|this app|MindMesh|sharing my @card}?
I want to {pause|stop} {it|MindMesh|the app}.
{Pause|Stop} {it|MindMesh|the app} {now|please}.
I need my @card {now|back|for something else}, what do I do?
How do I make it {pause|stop} {using|working on} my @machine?
@tell how to pause {it|this app|MindMesh}.
Is there a way to {pause|stop} {it|this app|MindMesh}?
What do I click to pause?
How can I take a break from sharing?
How do I turn {it|sharing} off for a while?
How do I {pause|stop|halt} {this app|MindMesh|this|the program}?
How do you {pause|stop} {it|this|the app}?
How can {one|you|we} {pause|stop} {it|this|the app}?
Please {pause|stop|take a break}.
What must I do to {pause|stop} {it|MindMesh|the app}?
{Pausing|Stopping} {it|MindMesh|the app}, how {does that work|do I do it}?
I need a {pause|break} from {sharing|it|MindMesh}.
Where can I pause {it|MindMesh|the app}?
~I want it to pause for a moment, how?
~What is the best way to pause {it|MindMesh}?
""", """
Click the MindMesh icon in the tray and choose Pause. {It also pauses by itself when you start a game.|MindMesh also pauses by itself when you play a game.}
You can pause it from the tray: click the MindMesh icon and choose Pause. When you play a game, it pauses by itself.
""", weight=2.5),
    intent("resume", """
How do I resume it?
How {do|can} I {start|resume|continue} {it|MindMesh|the app|sharing} again?
@howto {resume|unpause|continue}?
It is paused, how do I {start|resume} it?
How do I {unpause|wake up} {it|MindMesh|the app}?
When does it {start|continue|resume} again?
Does it {resume|start again|continue} by itself {after a game|after the game}?
How do I turn it {back on|on again}?
{Resume|Continue|Start again} {now|please}.
I paused it yesterday, how do I undo that?
How do I {turn|switch} it {on|back on} after a pause?
{End|Stop} the pause.
I want to {end|undo} the pause.
~How do I end the pause?
""", """
Click the MindMesh icon in the tray and choose Resume. After a game it starts again by itself when your machine has been quiet for a while.
""", weight=1.0),
    intent("games", """
Does it slow my games?
{Does|Will|Can} {it|this|MindMesh|the app} {slow down|slow|hurt|disturb|affect} my games?
What happens when I {play|start} a game?
What does @app do {while|when} I {play|am gaming|am playing a game}?
Will I {lose frames|have lag|get lower FPS} {in games|while gaming}?
Can I {play games|game} while {it|MindMesh|the app} is running?
I am a gamer, {is it bad for me|will I notice it|does it disturb me}?
Does it {stop|pause} when {I play|a game starts|I start a game}?
Do I have to {close|stop|quit} it before {gaming|a game|I play}?
How does it know that I am {gaming|playing}?
Is it safe to leave it on while I play?
Does gaming performance {suffer|drop} with {this|MindMesh}?
My games {stutter|lag|are slow}, is it {you|MindMesh}?
Does it {bother|slow down|disturb} me {while I play|when I play|during a game}?
{Does|Will} {it|MindMesh} make my games {slow|slower|lag|stutter}?
What about {games|gaming|my games}?
Can I still {play|game} {with it|while it runs}?
~Will my games run slower with MindMesh?
~What will it do when I start a game?
""", """
No, your games come first. MindMesh pauses by itself when a game starts, hands its work to other peers and gives the graphics memory back.
Your games come first: when a game starts, MindMesh pauses at once and gives the graphics memory back. It resumes after you have finished.
""", weight=1.5),
    intent("cost", """
What does it cost?
{How much|What} does {it|this|MindMesh|the app} cost?
Is {it|this|MindMesh|the app} free?
Do I {have to|need to} pay {for it|for this|anything|money}?
What is the price of {it|MindMesh|this app}?
Is there a {subscription|fee|monthly fee|price}?
How much {is|do I pay for} {it|MindMesh|an answer}?
Will I be charged {for this|for asking|money}?
Can I use {it|this app|MindMesh} {for free|without paying}?
Does it {cost|take} money?
What do I pay per {answer|question|month}?
Is there a paid version?
Do I pay {anything|money} {for this|for it|to use it}?
Is it free{ to use| of charge|}?
{Cost|Price}?
How expensive is {it|MindMesh|this app}?
Does {MindMesh|this app|it} cost {anything|money|something}?
~Is using MindMesh free of charge?
""", """
MindMesh is free to install and costs no money to try. Answers from other peers are paid with credits, which you earn while your machine is idle.
""", weight=1.3),
    intent("earn", """
What do I earn?
{How much|What} {can|do|will} I earn[ with it| with MindMesh| with this]?
How do I earn {credits|something|with it}?
{Can|Do} I {earn|make} {money|something|credits} with {this|MindMesh|it}?
What do I get for {sharing|lending|giving} my @card?
How are {peers|members|owners} {paid|rewarded}?
Where {can I see|do I see|are} my earnings?
How do I get {credits|more credits}?
What is in it for me?
Why should I {share|lend} my @card?
Does {my computer|my machine|it} earn {anything|credits} {at night|while I sleep|while I am away}?
Do I get paid?
How do I make my idle @machine earn something?
How much {money|credit} {can|will} I {earn|make|get}?
What do I get {back|out of it|from this}?
Do I {earn|get} {something|anything} {for it|for sharing}?
How can I {earn|make} {credits|more|something}?
~How much does my machine earn{ per day|}?
""", """
You earn credits while your machine is idle and runs layers for other people. The Home page shows what you earned, also after the cost of electricity.
""", weight=1.3),
    intent("credits", """
What are credits?
What is a credit?
@tell what credits are.
{Explain|Describe} {credits|the credits} [to me].
What can I do with {credits|my credits}?
What are {my credits|credits} {for|good for|worth}?
How do credits work?
How can I {spend|use} {credits|my credits}?
What does the number of credits mean?
Are credits {a currency|real money|money}?
Why do I have so few credits?
What do credits {mean|do|buy}?
What can credits {buy|do}?
{Credits|Credit}, what {are they|is that}?
~What do I use credits for?
""", """
Credits count the work that machines do for each other. You earn them while your machine is idle, and you spend them when other peers answer your questions.
""", weight=1.2),
    intent("private", """
Is my text private?
{Is|Are} my {chat|question|data|questions|messages|chats} {private|secret|safe|confidential}?
Who can {read|see} {my text|my messages|my questions|what I write|what I type|my chat}?
Can {other people|others|strangers|peers|someone|the peers} {read|see} {my text|my messages|my questions|what I write|my chat}?
Does anyone {see|read} {what I ask|my questions|what I type}?
What about {privacy|my privacy}?
Is {it|this|MindMesh} private?
Do you {store|keep|save|share|send} my {text|data|messages}?
Where does my {text|data} go?
How private is {this|MindMesh|my chat}?
Should I type {my password|secrets|secret things|private things} {here|in this chat}?
Do the peers know what I ask?
Can I trust the {peers|network} with {secrets|private text}?
Is anybody listening to us?
Is {it|this chat|the chat|this conversation|our chat} {private|secret|safe|confidential}?
Are my {prompts|words|conversations} {private|secret|safe}?
{Does|Can|Will} {anybody|anyone|somebody|someone else} {read|see} {this|my text|my words|our chat}?
Is my {privacy|private text} {safe|protected}?
~Can anyone else see what I write here?
~How safe is my text?
""", """
Not fully: the peers that run the layers of a model may be able to read your text. In a private pool only your own machines, or those you invited, take part.
""", weight=1.8),
    intent("private-pool", """
What is a private pool?
What is a pool?
@tell what {a pool|a private pool} is.
What are {pools|private pools}[ for| good for]?
{Explain|Describe} {pools|a pool|private pools}[ to me].
Why would I {use|want|make} a {pool|private pool}?
How do {pools|private pools} work?
What is {the difference between a pool and the network|special about a pool}?
What does private pool mean?
Who is in {a pool|my pool}?
I read something about pools, what are they?
What is {the point|the use|the idea} of {a pool|pools|private pools}?
Why {are there|do you have} {pools|private pools}?
What is the {advantage|benefit} of a private pool?
~What do I need a private pool for?
Why do I need {a pool|a private pool|pools}?
""", """
A private pool is a group of machines that work only for each other, such as a household, a team or a lab. Members join by invite, and nothing leaves the pool.
""", weight=1.2),
    intent("make-pool", """
How do I make a private pool?
@howto {make|create|start|set up|open} a {pool|private pool|new pool}?
How do I {make|create} {a network|a group} only for {my own machines|my family|my friends|us}?
Can I {make|create|have} {my own pool|a pool|a private network}?
{Create|Make} a {pool|private pool} {for me|please}.
Where do I {create|make} {a pool|pools}?
I want my own private {network|mesh|group}.
Can I use MindMesh only {with my friends|at home|in my office}?
What do I need to do for {a pool|a private pool}?
@tell how to {make|create|start} a pool.
I want {a pool|a private pool|my own pool}.
{Help me|How do I} {set up|open|start} {my own pool|a pool|a new pool}[?]
I would like to {have|create|make} {my own pool|a private pool}.
~Where can I start a new pool?
""", """
Open the Network page, choose Create a pool and give it a name. Then invite your other machines or your friends with an invite link.
""", weight=1.2),
    intent("invite", """
How do I invite someone?
@howto invite {someone|a friend|my friend|people|my family|a colleague}?
How do I {make|create|send|get} an invite[ link]?
Where do I find {the invite|my invite|the invite link}?
Can I {invite|add} {a friend|friends|other people|my brother|my sister}?
What is an invite?
How do {invites|invitations} work?
How can {a friend|my friend|others} {join|come into} my pool?
I want to {share my pool|let someone into my pool}.
How do I add {a person|someone|a member} to my pool?
Do invites {expire|end}?
{Create|Send} an invite {for my friend|please}.
How do I let a friend in?
I want to invite {someone|a friend|my family}.
{Invite|Inviting} {a friend|someone|people}.
Where can I {create|make|get|send} {an invite|invites|an invitation}?
~How can I invite my friends?
""", """
Open your pool on the Network page, choose Invite and send the invite link to the person you trust. {An invite expires after a while, and you can take it back.|The invite expires after a while, and you can revoke it.}
""", weight=1.2),
    intent("join-pool", """
How do I join a pool?
@howto {join|enter|get into} a {pool|private pool}?
I {have|got|received} an invite[ link], what now?
What do I do with {an invite|this invite|an invite link|the invite link}?
Where do I {paste|enter|put|use} {the invite|an invite|my invite|the invite link}?
How do I use an invite[ link]?
Can I join {the pool of my friend|my friend's pool|another pool}?
A friend sent me {an invite|a link}, what {do I do|should I do}?
Join a pool.
@tell how to join {a pool|a friend}.
How do I {become|be} a member of a pool?
I want to {join|enter} {a pool|the pool of a friend|my friend's pool}.
How can I {join|get into|enter} {a pool|the pool|a private pool}?
~I was invited to a pool, how do I join?
""", """
Open the Network page, choose Join a pool and paste the invite link that you received. Your machine then works with the other members of that pool.
""", weight=1.2),
    intent("add-machine", """
How do I add another machine?
@howto {add|connect|use} {another|a second|a new|one more} @machine?
How do I {connect|add} {my laptop|my second computer|my other computer|my other machine|my server}?
Can I use {two computers|several machines|more than one machine|more machines|all my computers} {together|at once|at the same time}?
I have {two|three|several} {computers|machines|graphics cards}, {can I join them|how do I use them together}?
How do I {link|join|combine} {my machines|my computers|two computers}?
How can my other @machine help?
Where do I add {a machine|a computer|a device}?
Add {a machine|another machine|another computer}.
@tell how to add a {machine|computer|second machine}.
How do I get more machines into {my network|the mesh}?
I want to add {my laptop|another computer|a second machine|another machine}.
How can I {add|connect} {another machine|my laptop|a computer|another PC|my other PC}?
~I bought a second computer, how do I add it?
""", """
Install MindMesh on the other machine, create an invite in your pool and open the invite there. Both machines then share the layers of a model.
""", weight=1.3),
    intent("api", """
How do I use the API?
@howto use the {API|endpoint|interface}?
Is there an API?
{Does|Do} {MindMesh|it|this app|you} have an {API|endpoint}?
Can I use {it|MindMesh|this} {from my own program|from my code|from Python|with other apps|with my editor}?
{Where|What} is the {API|endpoint|base URL|address of the API}?
How do I {connect|call it from} {my code|another app|my program|Python|my editor}?
Is it {compatible with OpenAI|OpenAI compatible|like the OpenAI API}?
How do I {connect|use} {an OpenAI client|the OpenAI library|the OpenAI package} {with it|with MindMesh}?
What is the {localhost address|local endpoint|local server}?
How can {a developer|developers|my script} {use|talk to} {it|MindMesh|this app}?
@tell how {the API works|to use the API}.
I am a programmer, how do I send requests?
Which URL do I put into my {program|script|client}?
How can I {use|call|access|reach} the {API|endpoint}?
How do I {call|access|reach} the {API|endpoint}?
What is the {API|endpoint}{ for|}?
Tell me about the {API|endpoint}.
I want to {use|call} the API.
Does it {work with|support} {OpenAI clients|the OpenAI API|the OpenAI format}?
~How does the API work?
~Can my own program talk to MindMesh?
""", """
MindMesh has an OpenAI-compatible endpoint on localhost. Copy its address and an API key from the Settings page and put both into your program.
""", weight=1.5),
    intent("api-key", """
Where do I find my API key?
{Where|How} do I {get|find|make|create} {an API key|my API key|a key|the key}?
What is an API key?
What is the API key for?
Do I need {an API key|a key}?
Why do I need {an API key|a key}?
@howto {get|create|make|find|change} {an API key|a new API key}?
My {program|app|script} asks for {an API key|a key}.
Can I {delete|revoke|change|replace} {an API key|my API key|a key}?
Which key {do I use|goes into my program}?
The API says unauthorized.
I need {an API key|a key|my key}.
How can I {get|create|make|find} {an API key|my API key|a key}?
~Where are the API keys?
Where {are|is} {my API keys|my API key|the API key|my key|my keys}?
""", """
An API key lets a program on your machine use the endpoint. You can create, copy and delete keys on the Settings page.
""", weight=1.1),
    intent("which-model", """
What model are you?
{What|Which} model {is this|are you|am I talking to|do you use|answers me}?
What kind of model are you?
How {big|large|small} are you?
How many parameters do you have?
What are you?
{Are|Is} {you|this} {ChatGPT|GPT|Llama|Claude|Gemini|a big model|a large model|a real model}?
Who am I {talking to|chatting with|speaking to}?
What is the demo model?
{Explain|Describe} the demo model.
Why are you so {small|simple|limited}?
How {smart|clever|good} are you?
How were you {trained|made|built}?
@tell {which|what} model {you are|this is}.
What is {running|answering} here?
What were you trained on?
{Which|What} {language model|AI|kind of AI|model} {is this|are you|is answering}?
What is {the name of this model|this model|your model}?
What model {is running|is this|answers|am I using|do I use}?
Tell me {about this model|what you are}.
~Which model am I using right now?
""", """
I am the MindMesh demo model, a very small language model with about three million parameters. I know this app and a few simple facts, so please choose a larger model for real questions.
""", weight=1.8),
    intent("models", """
Which models can I run?
{Which|What} models {can I run|can I use|are there|are available|do you have|does it support|does MindMesh run}?
What other models {are there|can I use|can I choose}?
Can I run {a larger model|a bigger model|Llama|Qwen|Mistral|a big model|a better model}?
Where {are|do I find|can I see} the models?
How do I {choose|pick|change|switch|select} {the model|a model|another model|models}?
Show me the models.
How {big|large} can a model be?
Does it support {other models|open models|big models}?
I want {a better model|a bigger model|a larger model|another model}.
Which model {should I use|do you recommend|is best|fits my machine}?
@tell which models I can {use|run}.
Is there a {list|catalog} of models?
What can my {graphics card|computer} run?
How can I get {better|smarter} answers?
What models {are supported|can it run|do you support|work|exist|can I choose}?
Which {language models|AI models|open models} {can I use|can I run|are available|are there}?
What can I run{ here|}?
{List|Show} {all models|the models|models}.
~Which models are there to choose from?
""", """
You can run open language models such as Llama, Qwen or Mistral. The Models page lists them by size and shows which fit on your machine and which need several peers.
""", weight=1.5),
    intent("import-model", """
How do I add a model?
@howto {add|import|install|download|get} a {model|new model}?
Can I {use|import|add} {my own model|a GGUF file|my own GGUF|a model file}?
Where do I {download|get|import} {models|a model}?
How do I {load|open|import} a {GGUF|GGUF file|model file}?
What is {a GGUF|GGUF|a GGUF file}?
I have {a GGUF file|a model file}, {what now|how do I use it}?
{Download|Import|Add} a model.
Which file format do {models|you} need?
Can I bring my own {model|weights}?
How can I {add|import|download|install|load} {a model|models|a new model|another model|my own model}?
I want to {add|download|import|install} a model.
~Where can I import my own GGUF file?
I have a {model|GGUF|model file} on my {disk|computer}, can I use it?
""", """
Open the Models page and choose a model to download, or import your own model as a GGUF file. Your machine loads only the layers that it needs.
""", weight=1.1),
    intent("layer", """
What is a layer?
What are {layers|the layers}?
@tell what {a layer|layers} {is|are|means}.
{Explain|Describe} {layers|a layer}[ to me].
What does {layer|the word layer} mean?
What {is|does} a layer {of a model|do}?
How many layers {does a model have|do you have|are there}?
Why is a model {cut by|split into|divided into} layers?
I do not understand {layers|the word layer}.
Layer, what is that?
So what is a layer?
What is {meant by|the meaning of} {a layer|layer|layers}?
What are {model layers|the layers of a model}?
~What do you mean by a layer?
""", """
A layer is one step of a language model. A model has many layers, and each layer passes its result to the next one, so different machines can run different layers.
""", weight=1.2),
    intent("shard", """
What is a shard?
What are {shards|the shards}?
@tell what {a shard|shards} {is|are|means}.
{Explain|Describe} {shards|a shard}[ to me].
What does {shard|the word shard} mean?
What {is a shard of a model|does a shard do}?
How is a model {split|cut|divided|shared}?
I do not understand {shards|the word shard}.
Shard, what is that?
What is {the difference between a layer and a shard|in a shard}?
So what is a shard?
What is {meant by|the meaning of} {a shard|shard|shards}?
~What do you mean by a shard?
""", """
A shard is a part of a model: a run of layers that one machine holds. Several shards on several machines together make the whole model.
""", weight=1.2),
    intent("peer", """
What is a peer?
What are {peers|the peers}?
@tell what {a peer|peers} {is|are|means}.
{Explain|Describe} {peers|a peer}[ to me].
What does {peer|the word peer} mean?
What {is a node|does a peer do}?
Who are {the peers|these peers|the other peers}?
I do not understand {peers|the word peer}.
Peer, what is that?
What do you mean {with|by} {a peer|peers}?
Who runs the other machines?
So what is a peer?
What is {meant by|the meaning of} {a peer|peer|peers}?
~What is a peer in the network?
What is a peer {of|in} {MindMesh|the mesh|a mesh|this app}?
""", """
A peer is another machine in the network that runs MindMesh. Peers run the layers of a model for each other and earn credits for it.
""", weight=1.2),
    intent("token", """
What is a token?
What are {tokens|the tokens}?
@tell what {a token|tokens} {is|are|means}.
{Explain|Describe} {tokens|a token}[ to me].
What does {token|the word token} mean?
How long is a token?
What does tokens per second mean?
I do not understand {tokens|the word token}.
Token, what is that?
What do you mean {with|by} {a token|tokens}?
Why do you count tokens?
So what is a token?
What is {meant by|the meaning of} {a token|token|tokens}?
What {is one token|are the tokens in a model}?
~What exactly are tokens?
""", """
A token is a short piece of text, often a word or a part of a word. A language model reads and writes one token after another, so speed is counted in tokens per second.
""", weight=1.2),
    intent("language-model", """
What is a language model?
What {is an LLM|are language models|is a large language model}?
@tell what a language model is.
{Explain|Describe} {language models|a language model|an LLM}[ to me].
How does a language model work?
What does {LLM|language model} mean?
How do {language models|you} {work|write text|make an answer}?
What is {an open model|an open language model}?
How do you know the next word?
I do not know what a language model is.
What is {meant by|the meaning of} {language model|LLM|a language model}?
So what is a language model?
~What exactly is a language model?
""", """
A language model is a program that has learned from text to guess the next word. By guessing one word after another it can answer questions and write stories.
""", weight=1.1),
    intent("how-works", """
How does it work?
How does {MindMesh|this app|the app|this|the network|the mesh} work?
@tell how {it|this|MindMesh} works.
{Explain|Describe} how {it|this|MindMesh|the mesh} works.
What is the mesh?
What happens when I ask {a question|something}?
How do {several|many} {machines|computers|peers} {answer|run} {a question|one model|a model} together?
How can a {big|large} model run on {small machines|many machines|several computers}?
What does the mesh do?
How is my question answered?
What is going on behind the scenes?
How do the peers work together?
How does {it all|all of this|all this|the whole thing} work?
How do you {work|do it}{ inside|}?
How does {MindMesh|the app|it} {run|split|use} {a model|models|big models}?
How does {a peer|the network} {help|answer}{ me|}?
~How does the network run a large model?
How {is|can} a {large|big} model {run|be run|be answered} by the network?
""", """
A model is cut into layers, and each peer runs some of them. Your question travels from peer to peer through all layers, and the answer comes back token by token.
""", weight=1.3),
    intent("graphics-card", """
Do I need a graphics card?
Do I need {a GPU|a special graphics card|an NVIDIA card|a strong computer|a good computer|a powerful machine}?
Which {graphics card|GPU|video card} do I need?
What {hardware|computer} do I need[ for this| for MindMesh]?
Does it {work|run} without a @card?
What are the {requirements|system requirements|minimum requirements}?
Can I use {it|MindMesh} {with an old computer|on a laptop|on an old laptop|without a GPU}?
Is my {computer|graphics card|laptop} good enough?
How much {memory|video memory|VRAM|RAM} do I need?
Does {AMD|Intel|NVIDIA|Apple} {work|hardware work}?
I have no @card.
{Which|What} {computer|hardware|machine} {is needed|do I need|does it need|is required}?
Do I need {much memory|a fast computer|special hardware|a gaming PC}?
~What kind of graphics card is needed?
""", """
A graphics card helps, but you do not need one. Without it, your machine can still ask questions and run small models like me on the processor.
""", weight=1.1),
    intent("offline", """
Does it work offline?
Can I use {it|this|MindMesh|you} {offline|without internet|without the internet}?
Do I need {internet|an internet connection|the internet}?
{Are you|Is this model} {local|running locally|running on my machine|on my computer}?
Where do you run?
What happens {without internet|when the internet is down|if I lose my connection}?
Do you need the internet?
Does the demo model {work|run} offline?
I have no internet {here|today|now}.
Is this {answered|computed} {on my machine|locally}?
Does {MindMesh|the app|the chat|this} {work|run} {offline|without internet|without the internet|without a connection}?
Is {the internet|internet|a connection} {needed|required}?
~Will it work without an internet connection?
""", """
I am bundled with the app and can run on your own machine, also without the internet. Larger models need a connection to other peers or enough memory here.
""", weight=1.1),
    intent("electricity", """
How much electricity does it use?
How much {power|energy|electricity} does {it|this|MindMesh} {use|need|take}?
Does it {use|waste|need} {a lot of|much} {power|electricity|energy}?
Will my {electricity|power} bill {go up|be higher|grow}?
What does the {electricity|power} cost?
Is it bad for {the climate|the environment|my power bill}?
How do I see the {power|electricity|cost of electricity}?
Who pays {the electricity|for the power|my power bill}?
Is it worth {the electricity|the power}?
@tell how much {power|electricity} it uses.
Does it earn more than {the electricity|the power} costs?
{Does|Will} it {raise|increase} my {power bill|electricity bill}?
What about {electricity|power|energy}?
~Does it need much electricity?
""", """
It uses more power while your graphics card works for others. Enter your electricity price in Settings, and the Home page shows your earnings after that cost.
""", weight=1.0),
    intent("quit", """
How do I quit the app?
@howto {quit|close|exit} {it|MindMesh|the app}[ completely]?
How do I {uninstall|remove|delete} {it|MindMesh|this app|the app}?
Can I {uninstall|remove|quit|close} {it|MindMesh|the app}?
I want to {uninstall|remove|quit} {it|MindMesh|the app}.
{Quit|Exit|Uninstall} {it|MindMesh|the app} {now|please}.
How do I get rid of {it|MindMesh|this app}?
@tell how to {quit|uninstall|remove} {it|MindMesh}.
It still runs after I {closed|close} the window.
How do I shut {it|MindMesh} down?
How can I {quit|close|exit|uninstall|remove|delete} {it|MindMesh|the app|this app|this program}?
~How do I close MindMesh completely?
""", """
Click the MindMesh icon in the tray and choose Quit. To remove the app, quit it first and then uninstall it like any other program.
""", weight=1.0),
    intent("autostart", """
Does it start with my computer?
{Does|Can|Will} {it|MindMesh|the app} start {by itself|automatically|when I turn on my computer|with Windows|at login|when I log in}?
@howto {make it start|start it|start MindMesh} {automatically|with my computer|at login}?
How do I {turn off|turn on|change|disable|enable} {autostart|automatic start}?
I do not want it to start {by itself|with my computer|automatically}.
Can I stop it from starting {by itself|automatically|at login}?
What is autostart?
Why does it open when I {log in|start my computer}?
Launch at login?
Can it {start|open|run} {at login|with Windows|on startup|at startup|by itself}?
How do I start it automatically?
~Will MindMesh start when I turn on my computer?
""", """
MindMesh can start when you log in, so that it is ready when your machine is idle. You can turn this on or off on the Settings page.
""", weight=0.9),
    intent("settings", """
Where are the settings?
Where {do|can} I {find|open|change} {the settings|settings|the options}?
@howto {change|open} {the settings|settings|the options}?
Open {the settings|settings}.
What can I {change|set} in {the settings|settings}?
Show me the {settings|options|preferences}.
Where is the {settings page|options menu|preferences page}?
@tell where the settings are.
I cannot find the settings.
I want to change {something|an option}.
How do I {get to|open|find|change} {the settings|settings|the preferences}?
Where can I change {things|options|the language|the theme}?
~Where can I change the settings?
""", """
Open the Settings page in the menu of the window. There you can set when MindMesh may work, how much it may use, and your API keys.
""", weight=0.9),
    intent("tray", """
Where is the tray icon?
{Where|What} is the {tray|tray icon|icon|system tray}?
I cannot {find|see} the {tray icon|icon|app|window}.
How do I open the {window|app} again?
Where did the {window|app} go?
What does the {icon|tray icon|colour of the icon} mean?
The window is {gone|closed|hidden}, where is it?
How do I find the {icon|tray icon}?
@tell where the {icon|tray icon} is.
What is the small icon {near the clock|at the bottom|at the top}?
Where can I {find|see} {the icon|the tray|the tray icon}?
How do I {get|bring} the window back?
I closed the window, how do I open it?
~Where do I see the MindMesh icon?
""", """
The MindMesh icon is in the tray near the clock of your screen. Click it to see what the app does, to pause it or to open the window.
""", weight=0.9),
    intent("peer-leaves", """
What happens when a peer leaves?
What {happens|do you do} {if|when} a {peer|machine} {leaves|disappears|goes away|stops|goes offline|crashes|is turned off}?
Is {my answer|the answer} lost {if|when} a {peer|machine} {leaves|stops|crashes}?
Can {an answer|it} {break|stop} in the middle?
What if {a machine|another machine|someone} {is turned off|shuts down} {in the middle of an answer|during an answer}?
How {reliable|stable|safe} is the network?
What is failover?
Does the answer stop when a peer {leaves|pauses|starts a game}?
Someone turned off their computer, {what happens now|is my answer gone}?
@tell what happens when a peer goes away.
What {if|happens if|happens when} a peer {fails|dies|quits|is gone|drops out}?
Does my answer {survive|go on} {if|when} a peer {leaves|fails|stops}?
~What happens if one of the peers goes offline?
""", """
When a peer leaves, another peer takes over its layers and your answer goes on. You may notice a short break, but no text is lost.
""", weight=1.1),
    intent("receipt", """
Who answered my question?
{Which|What} {peers|machines} {answered|took part|worked on this|helped}?
What is a receipt?
{Where|How} {can|do} I see {who answered|which peers took part|the receipt|where my answer came from}?
Where did {this answer|the answer|my answer} come from?
Where was this {computed|answered}?
What does the receipt {show|say|mean}?
Show me the receipt.
How do I check {an answer|who could read my text}?
Which countries did my question visit?
Where is the receipt{ of an answer| for this answer|}?
Who {helped|took part|worked on my answer|ran the layers}?
What are receipts?
~Can I see which machines worked on my answer?
""", """
Every answer has a receipt. Open it below the answer to see which peers took part, which layers they ran, who could read the text and what it cost.
""", weight=1.0),
    intent("slow", """
Why is the answer slow?
Why {is it|are you|is MindMesh|is the answer} so slow?
How {fast|quick} {is it|are you|is MindMesh}?
How can I make {it|answers|you} faster?
How do I {speed it up|get faster answers|make it faster}?
It is {too slow|very slow|slow}.
The answer takes {too long|forever|very long}.
Can it be {faster|quicker}?
What does the speed depend on?
Why does {the first word|an answer} take {so long|a while}?
Why do I have to wait?
Why does it take so long?
How do I get more {speed|tokens per second}?
You are {slow|too slow}.
~Why are you taking so long?
""", """
Speed depends on the size of the model and on the distance between the peers. A model that fits on one machine is fastest, so try a smaller model or add a machine nearby.
""", weight=1.0),
    intent("battery", """
Does it run on battery?
Does it {drain|empty|use} my battery?
What happens {on battery|when my laptop is on battery|when I unplug my laptop|when I pull the plug}?
Is it bad for my {laptop|battery}?
Can I {use|run} {it|MindMesh} on a {laptop|notebook}?
Does it {pause|stop} on battery?
My laptop is not plugged in.
Will my {battery|laptop battery} last?
Does it work on a laptop {while travelling|on the road}?
What about {battery|my battery|laptops}?
Does {it|MindMesh} {work|pause|run|stop} {on battery power|without power|when unplugged}?
~Does it use up the battery of my laptop?
""", """
On battery MindMesh pauses by itself, so it does not drain your laptop. It starts again when the laptop is plugged in and idle.
""", weight=0.9),
    intent("heat", """
Does it make my computer hot?
{Does|Will|Can} {it|MindMesh} {damage|break|hurt|wear out|overheat} my {graphics card|GPU|computer|hardware}?
Is it {safe|bad} for my {graphics card|GPU|hardware|computer}?
My {graphics card|computer|PC} {gets|is} {hot|too hot|very hot|loud}.
What about {heat|temperature|the temperature|fan noise}?
Does it {watch|check|limit} the {temperature|heat}?
How hot {does it get|may my graphics card get}?
The fans are {loud|noisy}.
Can I set a {temperature limit|limit for heat}?
Will my GPU {die|melt} from this?
Will {my graphics card|my GPU|my computer|it} {get|become} {hot|too hot}?
Does it {harm|hurt|damage} {my card|my hardware|the graphics card}?
~Can my graphics card get too hot?
""", """
MindMesh watches the temperature and pauses when your graphics card gets too hot. You can lower the temperature limit on the Settings page.
""", weight=1.0),
    intent("schedule", """
Can it run only at night?
@howto {run it|let it work} only {at night|at certain hours|on weekends|when I sleep}?
Can I set {a schedule|hours|times|working hours}?
When does {it|MindMesh} {run|work}?
How do I {set|change|make} {a schedule|the schedule|the hours}?
It should only {run|work} {at night|after ten|on weekends}.
Does it run all the time?
When is my machine idle?
How does it know that I am away?
Is there a {timer|timetable|schedule}?
Please work only while I sleep.
Can I {choose|pick|decide} when it {works|runs}?
Can {it|MindMesh} {work|run} {at night|during the night|on weekends}{ only|}?
~Can I tell it to work only in the night?
""", """
MindMesh works only while your machine is idle. On the Settings page you can also set a schedule, for example only at night.
""", weight=1.0),
    intent("headless", """
Can I run it without a desktop?
Can I run {it|MindMesh} on a {server|headless machine|machine without a screen|Linux server}?
@howto {run it|start it|run MindMesh} {on a server|without a desktop|from the command line|in a terminal}?
Is there a {command line|headless|server} version?
What is {headless mode|mindmesh serve}?
Does it {work|run} {without a screen|without a window|in the terminal|on a server}?
My server has no screen.
How do I start {it|MindMesh} from a {terminal|shell}?
Can I put it on a machine in the basement without a monitor?
Does {it|MindMesh} have {a server mode|a command line|a headless mode}?
Can I use it {on a server|over SSH|in a terminal|without a screen|without a monitor}?
~How do I run MindMesh on a server?
""", """
Yes, MindMesh also runs without a desktop. Start it on the server with the command mindmesh serve and open the same window in a browser.
""", weight=0.9),
    intent("files", """
Can peers see my files?
{Can|Do} {peers|other people|others|strangers|they} {see|read|open|get|access} my {files|photos|documents|passwords|screen}?
Is {it|MindMesh|this app} {safe|secure|dangerous}?
{Are|Is} my {files|computer|machine|data} safe?
Can someone {hack|control|take over} my {computer|machine|PC}?
Does it {install|contain} {a virus|malware|spyware}?
Is this {a virus|malware|a scam}?
Do strangers run {code|programs} on my @machine?
What can other people do {on my computer|with my machine|with my computer}?
Is it dangerous to share my @card?
Can {anyone|somebody|another peer|a peer} {see|read|steal} my {files|photos|data|documents}?
Are my {files|documents|photos} {private|safe|visible}?
Is {MindMesh|the app|sharing} {safe|secure|dangerous}?
~Do other people get access to my files?
""", """
Peers cannot see your files and cannot run programs on your machine. They only send numbers for the layers of a model, and your machine sends numbers back.
""", weight=1.1),
    intent("mining", """
Is this crypto mining?
{Does it|Is it|Do you} {mine|mining} {bitcoin|crypto|coins|cryptocurrency}?
Is {this|MindMesh|it} {a crypto miner|a bitcoin miner|crypto|a blockchain|a coin}?
Is there a {coin|blockchain|crypto token}?
Are credits {crypto|a cryptocurrency|a coin}?
Am I mining {bitcoin|crypto|coins} now?
Can I {buy|sell|trade} {credits|coins|tokens} {on an exchange|for bitcoin}?
Does this have anything to do with {bitcoin|crypto}?
Do you {mine|make} {bitcoin|crypto|coins}?
Is MindMesh {mining|a miner|a crypto project}?
~Does MindMesh mine bitcoin?
""", """
No, MindMesh does not mine coins and has no blockchain. Your graphics card runs language models, and credits only count that work.
""", weight=0.9),
    intent("systems", """
Which operating systems does it run on?
Does {it|MindMesh|the app} {run|work} on {Windows|Linux|macOS|a Mac|my Mac|Ubuntu}?
Is there a {Mac|Windows|Linux} version?
Can I {install|use|run} it on {Linux|a Mac|Windows|my Mac}?
Which {systems|platforms} {do you support|are supported|does it support}?
Does it {work|run} on {my phone|a phone|Android|an iPhone|a tablet}?
Is there a {phone|mobile} app?
What system do I need?
Do you support {Linux|Windows|macOS}?
Does it {support|run on|work on} {Windows|Linux|macOS|Mac|Android|my phone}?
Is it available {for|on} {Windows|Linux|macOS|a Mac|phones|Android}?
~Can I install it on Windows?
""", """
MindMesh runs on Windows, macOS and Linux desktops, and on servers without a desktop. There is no version for phones.
""", weight=0.9),
    intent("limits", """
How do I limit how much it uses?
@howto limit {the memory|the bandwidth|the traffic|the power|the disk space}?
Can I limit {it|the memory|the bandwidth|how much it uses|the download speed}?
Does it use {all my memory|all my bandwidth|my whole connection|much disk space}?
How much {disk space|bandwidth|traffic} does it {use|need}?
My internet is slow {because of it|when it runs}.
Can I give it only {half of my graphics card|some memory|a part of my memory}?
Where do I set {a limit|limits|the limits}?
It uses too much {memory|bandwidth|disk space}.
How do I {set|change|lower} {a limit|limits|the memory limit|the bandwidth limit}?
Can it use less {memory|bandwidth|disk space}?
~Can I set a limit for the memory?
""", """
You can set limits for graphics memory, disk space and bandwidth on the Settings page. MindMesh stays below them and shows what it uses.
""", weight=0.9),
    intent("paused-why", """
Why is it paused?
Why {did it|has it|is it} {stop|stopped|pause|paused|not working}?
Why {is it|is MindMesh|is the app} not {working|running|earning|serving}?
What does paused mean?
It says paused, why?
It does not {run|work|earn|serve} {anything|right now}.
When does it pause?
What makes it pause?
@tell why it is paused.
My machine earns nothing today.
Why {is|was} {MindMesh|the app|it|this} {paused|stopped}?
What is the reason for the pause?
~Why is my machine paused?
""", """
The tray and the Home page show the reason for a pause. It pauses when you pause it, when a game runs, when the machine is in use or too hot, on battery, or outside your schedule.
""", weight=1.0),
]
