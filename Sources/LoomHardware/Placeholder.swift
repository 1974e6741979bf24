import LoomBase
